#ifndef SUM_H
#define SUM_H

int total(const int *values, int count);

#endif
