"""Requests."""

from .net import parse_url
from .text import clean


def get(url):
    return parse_url(clean(url))
