#ifndef MOMENTS_H
#define MOMENTS_H

#include <stddef.h>

typedef struct {
    size_t count;
    double mean;
    double deviation;
    double lowest;
    double highest;
} moments_t;

moments_t moments_of(const double *values, size_t count);

#endif
