"""One way in which a new line may be made: the `rerun` part of an entry, and what it captures of the output."""

from __future__ import annotations

from typing import Any

from ..records import Record
from .triggers import Trigger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Sketch(Record):
    """What becomes an entry once it is checked.

    `names` are the captured spots of the trigger (line and piece) by name, `block` the name of its block; `trigger` is
    None for a failure without output. `cost` is what the program costs to say: the lower the likelier.
    """

    rerun: dict[str, Any]
    cost: float
    trigger: Trigger | None = None
    names: Mapping[tuple[int, int], str] = {}
    block: str = ""
