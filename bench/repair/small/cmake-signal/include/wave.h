#ifndef WAVE_H
#define WAVE_H

#include <stddef.h>

struct wave {
    double frequency;
    double amplitude;
};

void sample(const struct wave *wave, double *values, size_t count);

#endif
