"""App."""

from .net import join as join
from .words import WORD as WORD
