#include "moments.h"

#include <math.h>

moments_t moments_of(const double *values, size_t count)
{
    moments_t result = {0};
    double sum = 0, squares = 0;
    size_t i;

    if (count == 0)
        return result;
    result.count = count;
    result.lowest = values[0];
    result.highest = values[0];
    for (i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
        if (values[i] < result.lowest)
            result.lowest = values[i];
        if (values[i] > result.highest)
            result.highest = values[i];
    }
    result.mean = sum / (double)count;
    result.deviation = sqrt(squares / (double)count - result.mean * result.mean);
    return result;
}
