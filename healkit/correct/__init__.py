"""A failed command line and what it said become corrected command lines, best first. The command is never run.

`memory/corrections.json` says how: `corrections` are the tools' own hints (a wrong word, the right ones), `rules` are
situations (a condition on the line and on the output, templates for the new line). Code is only what neither can say. Where nothing
else is known, a harmless tool may be asked for its `--help`.
"""

from __future__ import annotations

from .engine import MOST, Correction, Place, suggest

__all__ = ["MOST", "Correction", "Place", "suggest"]
