"""A shop."""

from .rates import RATE

__all__ = ["RATE", "Shop"]
