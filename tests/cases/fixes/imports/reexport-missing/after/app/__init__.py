"""App."""

from .net import join as join
from .net import parse_url as parse_url
from .words import WORD as WORD
