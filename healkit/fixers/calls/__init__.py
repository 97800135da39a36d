"""Python calls: `await` where it does not belong or is missing, a misspelt keyword or attribute, a lost `self`.

The signature, the class and the other callers are read from the project's files; where they leave more than one remedy,
all of them are suggestions.
"""

from __future__ import annotations

import re

from ..python import codebase, faults
from ..python.remedy import proposals
from . import asleep, awaiting, forgotten, keywords, members, methods, outside, protocols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..case import Case
    from ..proposal import Proposal
    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.remedy import Remedy

    Handler = Callable[[Codebase, Fault, re.Match[str]], Sequence[Remedy]]

_HANDLERS: tuple[tuple[str, Handler], ...] = (
    (r"(?P<function>[\w.<>]*)\(\) got an unexpected keyword argument '(?P<name>\w+)'", keywords.remedies),
    (r"'(?P<name>\w+)' is an invalid keyword argument for (?P<function>\w+)\(\)", keywords.remedies),
    (r"object (?P<type>[\w.]+) can't be used in 'await' expression", awaiting.needless),
    (r"'(?P<type>[\w.]+)' object can't be awaited", awaiting.needless),
    (r"'async (?:for|with)' requires an object with __a\w+__ method, got (?P<type>[\w.]+)", protocols.loops),
    (r"'async (?:for|with)' received an (?:invalid )?object from (?P<method>__a\w+__)", protocols.methods),
    (r"'(?P<type>(?!coroutine|NoneType)[\w.]+)' object is not (?:iterable|an iterator)", protocols.generators),
    (
        r"'(?P<type>[\w.]+)' object does not support the (?P<how>asynchronous )?context manager protocol",
        protocols.contexts,
    ),
    (r"^(?P<type>)__(?P<how>a)?(?:enter|exit)__$", protocols.contexts),
    (r"^'(?P<what>await|async with|async for)' outside (?:async )?function", outside.remedies),
    (r"^(?P<what>asynchronous comprehension) outside", outside.remedies),
    (r"\bcoroutine\b", forgotten.lacking),
    (
        (
            r"(?P<function>[\w.<>]+)\(\) takes (?:from \d+ to )?(?P<most>\d+) positional arguments? but (?P<given>\d+) "
            r"(?:positional arguments? \(and [^)\n]*\) )?(?:was|were) given"
        ),
        methods.lost_self,
    ),
    (r"(?P<function>[\w.<>]+)\(\) got multiple values for argument", methods.lost_self),
    (
        r"(?P<function>[\w.<>]+)\(\) missing \d+ required positional arguments?: (?P<names>'\w+'.*)",
        methods.lost_decorator,
    ),
    (
        r"(?P<function>[\w.<>]+)\(\) missing 1 required (?:positional|keyword-only) argument: '(?P<name>\w+)'",
        keywords.lacking,
    ),
    (r"'(?P<type>[\w.]+)' object is not callable", methods.called_property),
    (r"'(?:function|method)' object has no attribute '(?P<name>setter|getter|deleter)'", methods.lost_first_property),
    (r"'(?P<type>method|function)'", methods.lost_property),
    (r"(?:type object )?'(?P<type>[\w.]+)'(?: object)? has no attribute '(?P<name>\w+)'", members.remedies),
    (r"name 'self' is not defined", methods.selfless),
    (r"name '(?P<name>\w+)' is not defined", members.without_self),
    (r"cannot access local variable '(?P<name>\w+)'", members.without_self),
)
_COMPILED = tuple((re.compile(regex), handler) for regex, handler in _HANDLERS)


def propose(case: Case) -> Iterable[Proposal]:
    """Yield what can be done about a call, an `await` or an attribute that Python refused."""
    found = faults.read(case)
    awaited = faults.never_awaited(case)
    if not awaited and not any(regex.search(fault.message) for fault in found for regex, _ in _COMPILED):
        return
    code = codebase.of(case)
    remedies: list[Remedy] = []
    for fault in found:
        for regex, handler in _COMPILED:
            matched = regex.search(fault.message)
            if matched and not (fault.message.startswith("module '") and handler is members.remedies):
                found_now = handler(code, fault, matched)
                remedies += found_now
                if found_now:
                    break
    if awaited and not remedies:
        remedies += forgotten.never(code, awaited) or asleep.remedies(code)
    yield from proposals(remedies, code, together=any(fault.static for fault in found))
