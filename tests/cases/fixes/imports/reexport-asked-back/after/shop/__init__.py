"""A shop."""

from .rates import RATE
from .catalog import Shop

__all__ = ["RATE", "Shop"]
