"""Fault injection over real packages and real tools: how much `healkit run --fix` heals, and that it harms nothing.

`python -m bench.repair` is the command; `bench/README.md` says what is counted and how.
"""
