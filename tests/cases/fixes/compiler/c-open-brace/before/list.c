#include "list.h"

void list_push(struct list *list, int item)
{
    if (list->length < 8)
        list->items[list->length] = item;
        list->length += 1;
    }
}

int list_sum(const struct list *list)
{
    int sum = 0;
    for (int i = 0; i < list->length; i++)
        sum += list->items[i];
    return sum;
}
