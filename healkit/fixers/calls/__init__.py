"""Stub."""
from __future__ import annotations
def propose(case): return ()
