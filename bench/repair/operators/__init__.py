"""The kinds of mistakes, one file for each category, two where there are many."""

from importlib import import_module

from ..fault import CATEGORIES

MORE = ("rust_more", "c_make_more")


def load() -> None:
    """Register all operators."""
    for name in (*CATEGORIES, *MORE):
        import_module(f".{name}", __name__)
