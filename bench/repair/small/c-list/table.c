#include "table.h"

#include <string.h>

void table_print(FILE *out, const struct list *list)
{
    const struct node *node;

    for (node = list->first; node; node = node->next)
        fprintf(out, "%.*s %u\n", WIDEST, node->name, node->count);
}

const char *table_longest(const struct list *list)
{
    const struct node *node = list->first;
    const char *longest = "";
    size_t most = 0;

    while (node) {
        size_t length = strlen(node->name);

        if (length > most) {
            most = length;
            longest = node->name;
        }
        node = node->next;
    }
    return longest;
}
