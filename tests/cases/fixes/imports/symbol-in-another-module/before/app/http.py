"""Requests."""

from .text import clean, parse_url


def get(url):
    return parse_url(clean(url))
