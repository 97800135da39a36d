#ifndef CALC_H
#define CALC_H

#include <stddef.h>

enum kind { NUMBER, NAME, SIGN, OPEN, CLOSE, END };

struct token {
    enum kind kind;
    double value;
    char name[16];
    char sign;
};

struct lexer {
    const char *text;
    size_t position;
    struct token current;
};

void lexer_start(struct lexer *lexer, const char *text);
void lexer_next(struct lexer *lexer);

int parse_line(const char *text, double *result);

int call_function(const char *name, double argument, double *result);

#endif
