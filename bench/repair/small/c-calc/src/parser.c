#include "calc.h"

#include <stdbool.h>

static bool sum(struct lexer *lexer, double *result);

static bool factor(struct lexer *lexer, double *result)
{
    struct token token = lexer->current;

    if (token.kind == NUMBER) {
        *result = token.value;
        lexer_next(lexer);
        return true;
    }
    if (token.kind == SIGN && token.sign == '-') {
        lexer_next(lexer);
        if (!factor(lexer, result)) {
            return false;
        }
        *result = -*result;
        return true;
    }
    if (token.kind == NAME) {
        lexer_next(lexer);
        if (!factor(lexer, result)) {
            return false;
        }
        return call_function(token.name, *result, result) == 0;
    }
    if (token.kind == OPEN) {
        lexer_next(lexer);
        if (!sum(lexer, result) || lexer->current.kind != CLOSE) {
            return false;
        }
        lexer_next(lexer);
        return true;
    }
    return false;
}

static bool product(struct lexer *lexer, double *result)
{
    double right = 0;

    if (!factor(lexer, result)) {
        return false;
    }
    while (lexer->current.kind == SIGN) {
        char sign = lexer->current.sign;

        if (sign != '*' && sign != '/') {
            break;
        }
        lexer_next(lexer);
        if (!factor(lexer, &right)) {
            return false;
        }
        switch (sign) {
        case '*':
            *result *= right;
            break;
        default:
            *result /= right;
            break;
        }
    }
    return true;
}

static bool sum(struct lexer *lexer, double *result)
{
    double right = 0;

    if (!product(lexer, result)) {
        return false;
    }
    while (lexer->current.kind == SIGN) {
        char sign = lexer->current.sign;

        if (sign != '+' && sign != '-') {
            break;
        }
        lexer_next(lexer);
        if (!product(lexer, &right)) {
            return false;
        }
        *result += sign == '+' ? right : -right;
    }
    return true;
}

int parse_line(const char *text, double *result)
{
    struct lexer lexer;

    lexer_start(&lexer, text);
    if (!sum(&lexer, result)) {
        return -1;
    }
    return lexer.current.kind == END ? 0 : -1;
}
