"""The kinds of mistakes, one file for each category."""

from importlib import import_module

from ..fault import CATEGORIES


def load() -> None:
    """Register all operators."""
    for category in CATEGORIES:
        import_module(f".{category}", __name__)
