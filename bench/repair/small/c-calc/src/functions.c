#include "calc.h"

#include <math.h>
#include <string.h>

struct function {
    const char *name;
    double (*call)(double);
};

static const struct function functions[] = {
    {"sqrt", sqrt},
    {"sin", sin},
    {"abs", fabs},
    {"floor", floor},
};

int call_function(const char *name, double argument, double *result)
{
    size_t count = sizeof functions / sizeof functions[0];

    for (size_t number = 0; number < count; number++) {
        if (strcmp(functions[number].name, name) == 0) {
            *result = functions[number].call(argument);
            return 0;
        }
    }
    return -1;
}
