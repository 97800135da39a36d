from words import WORD


def first():
    return WORD
