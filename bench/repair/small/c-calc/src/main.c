#include "calc.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments)
{
    int failed = 0;

    for (int number = 1; number < count; number++) {
        double result = 0;

        if (parse_line(arguments[number], &result) != 0) {
            fprintf(stderr, "cannot read: %s\n", arguments[number]);
            failed++;
        } else {
            printf("%g\n", result);
        }
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
