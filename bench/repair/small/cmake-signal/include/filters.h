#ifndef FILTERS_H
#define FILTERS_H

#include <stddef.h>

double average(const double *values, size_t count);
double median(double *values, size_t count);

#endif
