#include "wave.h"

#include <math.h>

void sample(const struct wave *wave, double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        values[i] = wave->amplitude * sin(wave->frequency * (double)i);
    }
}
