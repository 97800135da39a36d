"""The doctor: is healkit installed, found, fast, trusted; which files fail; why were the last calls silent?

One row in CHECKS a check, one function of the project's root that returns a Check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import HealkitError
from . import knowledge, program, registration, remains, shells
from .verdict import Check, fail, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHECKS: tuple[tuple[str, Callable[[str], Check]], ...] = (
    ("command", program.on_path),
    ("client", registration.client_found),
    ("settings", registration.settings_readable),
    ("hooks", registration.registered),
    ("once", registration.registered_once),
    ("switch", registration.switched_on),
    ("injection", registration.no_injection),
    ("launcher", program.launcher_current),
    ("python", program.interpreter),
    ("answer", program.answers),
    ("shell", shells.shell_lines),
    ("state", remains.state_folder),
    ("patterns", knowledge.pattern_files),
    ("trust", knowledge.trusted),
    ("runaways", knowledge.runaways),
    ("merges", knowledge.merges),
    ("history", remains.history),
    ("errors", remains.hook_errors),
    ("calls", remains.recent_calls),
)


def examine(root: str, names: Sequence[str] = ()) -> list[Check]:
    """Return the checks' findings, in order.

    Args:
        root: the project's root, empty for none.
        names: the checks to make; empty = all.
    """
    return [_make(name, check, root) for name, check in CHECKS if not names or name in names]


def _make(name: str, check: Callable[[str], Check], root: str) -> Check:
    """Return one finding; a check that breaks is a finding too, and the others still run."""
    try:
        return check(root).replace(name=name)
    except HealkitError as error:
        where = f"{error.where}: " if error.where else ""
        return fail(f"{where}{error.what}", error.do or "Correct that first.").replace(name=name)
    except Exception as error:
        what = f"this check itself broke: {type(error).__name__}: {plain(error)}"
        return fail(what, "That is a bug in healkit; please report it.").replace(name=name)


__all__ = ["CHECKS", "Check", "examine"]
