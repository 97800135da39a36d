"""Two."""

from .net import join, parse_url


def both(text):
    return join(parse_url(text))
