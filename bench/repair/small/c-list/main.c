#include <stdio.h>

#include "list.h"
#include "table.h"

int main(int argc, char *argv[])
{
    struct list list;
    int i;

    list_init(&list);
    for (i = 1; i < argc; i++) {
        if (!list_insert(&list, argv[i])) {
            fputs("no memory\n", stderr);
            return 1;
        }
    }
    table_print(stdout, &list);
    printf("longest: %s\n", table_longest(&list));
    list_free(&list);
    return 0;
}
