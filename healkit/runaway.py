"""A limit on hand-written regular expressions that run away: 80 ms of processor time for any number of them, all together.

The engine looks for signals while it matches, so a timer's handler can stop it by raising. Processor time counts, not the
clock: a busy machine sets no entry aside. Expressions whose shape says that they may run away come last, so that the
others have answered by then. Off the main thread, where no timer can be set, there is no limit.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import gc
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from .index import Unit

BUDGET_S = 0.06
SLICE_S = 0.008
ROOMY = 50_000
"""Characters of a text that any expression gets through in its time: more than a client's hook ever passes on."""
RISKY = 4


class _LateError(Exception):
    pass


def _late(_number: int, _frame: object) -> None:
    raise _LateError


class Guard:
    """Run units under the limit. `offenders` are the units that took more than their slice."""

    def __init__(self, size: int = 0) -> None:
        """Begin; a text of `size` characters, larger than ROOMY, has as much more time as it is larger."""
        self.offenders: list[Unit] = []
        self._scale = max(1.0, size / ROOMY)
        self._before: Any = None
        self._active = self._collects = False

    def __enter__(self) -> Guard:
        self._collects = gc.isenabled()
        gc.disable()  # a collection inside a slice would be charged to the expression
        try:
            self._before = _signal.signal(_signal.SIGVTALRM, _late)
            self._active = True
        except (ValueError, OSError):  # not the main thread
            pass
        return self

    def __exit__(self, *_: object) -> None:
        if self._collects:
            gc.enable()
        if self._active:
            _signal.setitimer(_signal.ITIMER_VIRTUAL, 0)
            _signal.signal(_signal.SIGVTALRM, self._before if self._before is not None else _signal.SIG_DFL)

    def run(self, units: Sequence[Unit], work: Callable[[Unit], list[Any]]) -> list[tuple[Unit, list[Any]]]:
        """Return each unit with what `work` found for it, where it found anything and came back in time."""
        results: list[tuple[Unit, list[Any]]] = []
        calm = iter([unit for unit in units if not unit.flags & RISKY])
        left = BUDGET_S * self._scale
        first = self._batch(calm, work, left / 2, results)
        later = [unit for unit in units if unit.flags & RISKY]
        if first is not None:  # one ran away that did not look like it: from here on each runs under its own timer
            left /= 2
            later = [*calm, *later, first]
        for unit in later:
            if left <= 0:
                break
            left -= self._one(unit, work, min(SLICE_S * self._scale, left), results)
        return results

    def _batch(
        self, todo: Iterator[Unit], work: Callable[[Unit], list[Any]], limit: float, results: list[Any]
    ) -> Unit | None:
        """Run units under one timer; return the unit that was running when it went off, None when all came back."""
        unit: Unit | None = None
        try:
            self._arm(limit)
            for unit in todo:
                found = work(unit)
                if found:
                    results.append((unit, found))
            self._arm(0)
        except _LateError:
            return unit
        return None

    def _one(self, unit: Unit, work: Callable[[Unit], list[Any]], limit: float, results: list[Any]) -> float:
        """Run one unit under its own timer; return the processor seconds that it took."""
        began = time.process_time()
        try:
            self._arm(limit)
            found = work(unit)
            self._arm(0)
        except _LateError:
            self.offenders.append(unit)
            return time.process_time() - began  # the timer ticks coarsely: it may have been more than the limit
        if found:
            results.append((unit, found))
        return time.process_time() - began

    def _arm(self, seconds: float) -> None:
        """Set the timer; 0 turns it off."""
        if self._active:
            _signal.setitimer(_signal.ITIMER_VIRTUAL, seconds)
