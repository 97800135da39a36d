#include <stdio.h>

static int total(const int *values, int count) {
    int sum = 0;
    int last = 0;
    for (int i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

int main(void) {
    int values[] = {1, 2, 3};
    printf("%d\n", total(values, 3));
    return 0;
}
