#include <math.h>
#include <stdio.h>
#include <string.h>

#include "list.h"

int main(void)
{
    struct list list;
    memset(&list, 0, sizeof list);
    list_push(&list, 2);
    list_push(&list, 3);
    printf("%f\n", sqrt(list_sum(&list)));
    return 0;
}
