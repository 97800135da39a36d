#include "sample.h"

#include <stdlib.h>

int sample_add(sample_t *sample, double value)
{
    if (sample->count == sample->room) {
        size_t room = sample->room ? sample->room * 2 : 16;
        double *values = realloc(sample->values, room * sizeof(double));

        if (!values)
            return -1;
        sample->values = values;
        sample->room = room;
    }
    sample->values[sample->count++] = value;
    return 0;
}

int sample_read(sample_t *sample, FILE *in)
{
    double value;
    int found;

    while ((found = fscanf(in, "%lf", &value)) == 1) {
        if (sample_add(sample, value) != 0)
            return -1;
    }
    return found == EOF ? 0 : -1;
}

void sample_free(sample_t *sample)
{
    free(sample->values);
    sample->values = NULL;
    sample->count = sample->room = 0;
}
