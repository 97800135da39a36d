"""healkit turns a failed command into a verified fix, and remembers it."""

__version__ = "0.1.0"
