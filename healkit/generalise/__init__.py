"""Programming by example: failures of one kind and their fixes become the pattern and the fix that explain all of them.

What is equal in all examples stays, what differs becomes a named capture; the fix is constants, words of the command and
captures of the decisive lines. What is learned is JSON that a person reads and edits; nothing is run.
"""

from __future__ import annotations

from ..correct import learned
from . import danger, lines, packages, texts
from .examples import CommandExample, EditExample, InstallExample, Learned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

__all__ = ["CommandExample", "EditExample", "InstallExample", "Learned", "commands", "corrected", "edits", "installs"]


def commands(examples: Sequence[CommandExample], against: Sequence[tuple[str, str]] = ()) -> list[Learned]:
    """Return entries with a `rerun` that corrects every example's command, best first; empty when nothing explains all.

    One that brings in something dangerous says so in `danger`; `corrected` is silent about it unless it is told otherwise.

    Args:
        examples: two or more failures of one kind, each with the command that passed in its place.
        against: commands and outputs on which an entry must not fire.
    """
    reason = next((found for one in examples if (found := danger.introduced(one.command, one.fixed))), "")
    return [one.replace(danger=reason) for one in lines.learn(examples, against)]


def edits(examples: Sequence[EditExample], against: Sequence[tuple[str, str]] = ()) -> list[Learned]:
    """Return entries with an `auto_fix` that makes every example's edit, best first; empty when nothing explains all.

    Args:
        examples: two or more failures of one kind, each with the edit that healed it.
        against: commands and outputs on which an entry must not fire.
    """
    return texts.learn(examples, against)


def installs(examples: Sequence[InstallExample], against: Sequence[tuple[str, str]] = ()) -> list[Learned]:
    """Return entries that name the package whose installation healed every example; empty when nothing explains all.

    Args:
        examples: two or more failures of one kind, each with the installation that healed it.
        against: commands and outputs on which an entry must not fire.
    """
    return packages.learn(examples, against)


def corrected(entry: Mapping[str, Any], command: str, output: str, guarded: bool = True) -> list[str]:
    """Return what an entry's `rerun` makes of a failed command, ranked; empty where it does not apply.

    A line that brings in what the failed one did not have (`sudo`, another command, force, a deletion) is left out.

    Args:
        entry: the pattern entry as JSON gives it.
        command: the line that failed, as typed.
        output: what it said.
        guarded: leave out what is dangerous; without it a line may be shown to a person, and never be run.
    """
    made = learned.results(entry, command, output)
    if not guarded:
        return made
    return [new for new in made if not danger.introduced(command, new) and danger.runs_known(entry, command, new)]
