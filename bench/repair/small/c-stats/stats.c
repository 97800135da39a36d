#include <stdio.h>

#include "moments.h"
#include "sample.h"

int main(void)
{
    sample_t sample = {0};
    moments_t result;

    if (sample_read(&sample, stdin) != 0) {
        fprintf(stderr, "no numbers after %zu values\n", sample.count);
        return 1;
    }
    result = moments_of(sample.values, sample.count);
    printf("%zu %.3f %.3f %g %g\n", result.count, result.mean, result.deviation, result.lowest, result.highest);
    sample_free(&sample);
    return 0;
}
