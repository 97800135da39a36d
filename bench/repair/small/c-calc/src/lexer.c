#include "calc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void read_number(struct lexer *lexer)
{
    char *end = NULL;
    const char *start = lexer->text + lexer->position;

    lexer->current.kind = NUMBER;
    lexer->current.value = strtod(start, &end);
    lexer->position += (size_t)(end - start);
}

static void read_name(struct lexer *lexer)
{
    size_t length = 0;

    lexer->current.kind = NAME;
    memset(lexer->current.name, 0, sizeof lexer->current.name);
    while (isalpha((unsigned char)lexer->text[lexer->position])) {
        if (length + 1 < sizeof lexer->current.name) {
            lexer->current.name[length++] = lexer->text[lexer->position];
        }
        lexer->position++;
    }
}

void lexer_next(struct lexer *lexer)
{
    char letter;

    while (isspace((unsigned char)lexer->text[lexer->position])) {
        lexer->position++;
    }
    letter = lexer->text[lexer->position];
    if (letter == '\0') {
        lexer->current.kind = END;
    } else if (isdigit((unsigned char)letter) || letter == '.') {
        read_number(lexer);
    } else if (isalpha((unsigned char)letter)) {
        read_name(lexer);
    } else {
        lexer->position++;
        lexer->current.sign = letter;
        lexer->current.kind = letter == '(' ? OPEN : letter == ')' ? CLOSE : SIGN;
    }
}

void lexer_start(struct lexer *lexer, const char *text)
{
    lexer->text = text;
    lexer->position = 0;
    lexer_next(lexer);
}
