"""Prices."""


def total(items):
    """Return the sum."""
    result = 0
    for price in items:
        result += float(