"""The help texts: what a command does in one sentence, then examples, then the rest."""

from __future__ import annotations


def text(summary: str, *examples: str, more: str = "") -> str:
    """Return a help text for typer: summary, examples as they are typed, further paragraphs."""
    lines = "\n".join(f"  {example}" for example in examples)
    shown = f"\n\n\b\nExamples:\n{lines}" if examples else ""
    return f"{summary}{shown}" + (f"\n\n{more}" if more else "")
