#include <stdio.h>

#include "filters.h"
#include "wave.h"

#define COUNT 32

int main(void) {
    struct wave wave = {.frequency = 0.5, .amplitude = 3.0};
    double values[COUNT];
    sample(&wave, values, COUNT);
    printf("average %.3f\n", average(values, COUNT));
    printf("median %.3f\n", median(values, COUNT));
    return 0;
}
