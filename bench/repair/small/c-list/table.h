#ifndef TABLE_H
#define TABLE_H

#include <stdio.h>

#include "list.h"

#define WIDEST 40

void table_print(FILE *out, const struct list *list);
const char *table_longest(const struct list *list);

#endif
