"""The history of a project: SQLite, filled from the spool; events, episodes, and the few questions asked of it.

Episodes and counts are derived: they can be worked out again from the events at any time, so taking events in twice
does no harm.
"""

from __future__ import annotations

from .episodes import WINDOW, Episode, find_episodes
from .files import DATABASE
from .steps import command_key
from .store import History, open_history
from .taking import ingest

__all__ = ["DATABASE", "WINDOW", "Episode", "History", "command_key", "find_episodes", "ingest", "open_history"]
