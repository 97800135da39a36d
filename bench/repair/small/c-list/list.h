#ifndef LIST_H
#define LIST_H

struct node {
    char *name;
    unsigned count;
    struct node *next;
};

struct list {
    struct node *first;
    unsigned length;
};

void list_init(struct list *list);
struct node *list_insert(struct list *list, const char *name);
struct node *list_find(const struct list *list, const char *name);
void list_free(struct list *list);

#endif
