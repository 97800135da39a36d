#ifndef LIST_H
#define LIST_H

struct list {
    int length;
    int items[8];
};

void list_push(struct list *list, int item);
int list_sum(const struct list *list);

#endif
