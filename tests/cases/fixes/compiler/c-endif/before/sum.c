#include "sum.h"

int total(const int *values, int count) {
    return count ? values[0] : 0;
}
