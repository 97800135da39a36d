"""Two."""

from .net import join


def both(text):
    return join(parse_url(text))
