#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

static struct node *make_node(const char *name)
{
    struct node *node = malloc(sizeof(*node));

    if (node == NULL) {
        perror("malloc");
        exit(1);
    }
    node->name = strdup(name);
    node->count = 1;
    node->next = NULL;
    return node;
}

void list_init(struct list *list)
{
    list->first = NULL;
    list->length = 0;
}

struct node *list_find(const struct list *list, const char *name)
{
    struct node *node;

    for (node = list->first; node != NULL; node = node->next) {
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

struct node *list_insert(struct list *list, const char *name)
{
    struct node **place = &list->first;
    struct node *fresh = list_find(list, name);

    if (fresh) {
        fresh->count++;
        return fresh;
    }
    fresh = make_node(name);
    while (*place && strcmp((*place)->name, name) < 0)
        place = &(*place)->next;
    fresh->next = *place;
    *place = fresh;
    list->length++;
    return fresh;
}

void list_free(struct list *list)
{
    struct node *node = list->first;

    while (node) {
        struct node *next = node->next;

        free(node->name);
        free(node);
        node = next;
    }
    list_init(list);
}
