#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>
#include <stdio.h>

typedef struct {
    double *values;
    size_t count;
    size_t room;
} sample_t;

int sample_read(sample_t *sample, FILE *in);
int sample_add(sample_t *sample, double value);
void sample_free(sample_t *sample);

#endif
