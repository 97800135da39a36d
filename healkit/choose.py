"""A diagnosis becomes a plan: the playbook with captures and project facts filled in, gated by what holds here.

Captures come from hostile output. In a command line each is quoted for the shell; a step whose names are not all known is
left out; nothing here runs anything.
"""

from __future__ import annotations

from . import fingerprint, mask
from .records import Fix, Plan
from .templates import fill, has_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .facts import Facts
    from .memory import Memory
    from .records import Diagnosis

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")
SIMILAR = "~"
"""The key of `counts` under which failures stand that are found by their words."""
FEWEST_WORDS = 5
_RISKS = ("low", "medium", "high", "critical")


def quote(text: str) -> str:
    """Return a text as one word of a POSIX shell."""
    if text and _SAFE.issuperset(text) and not text.startswith("-"):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _is_word(text: str) -> bool:
    """Tell whether a shell reads a text as one plain word, and it is neither an option nor an address."""
    return quote(text) == text and "://" not in text


class Situation:
    """What holds here and now for one diagnosis: its names for templates, and the answers to `when`."""

    def __init__(self, diagnosis: Diagnosis, book: Mapping[str, Any] | None, facts: Facts | None) -> None:
        self.diagnosis, self.book, self.facts = diagnosis, book, facts
        self.ecosystem = ecosystem = str((book or {}).get("ecosystem", ""))
        self.module = diagnosis.captures.get("module") or diagnosis.captures.get("package") or ""
        self.names = {name: str(value) for name, value in diagnosis.captures.items()}
        place = diagnosis.location
        if place.file:
            self.names.setdefault("file", mask.one_line(place.file, 160))
            if place.line:
                self.names.setdefault("line", str(place.line))
        self.distribution = self.declared = self.own = ""
        if facts is not None and ecosystem and self.module:
            self.distribution = facts.distribution(self.module, ecosystem)
            self.declared = mask.one_line(facts.declared_in(self.distribution, ecosystem))
            self.own = mask.one_line(facts.project_module(self.module)) if ecosystem == "python" else ""
        if facts is not None and ecosystem:
            self._add_facts(facts)

    def _add_facts(self, facts: Facts) -> None:
        add = facts.command("add", self.ecosystem)
        known = {
            "declared_in": self.declared,
            "manager": mask.one_line(facts.manager(self.ecosystem)),
            "install_command": facts.command("install", self.ecosystem),
            "add_command": fill(add, {"package": self.distribution}) if _is_word(self.distribution) else "",
            "distribution": self.distribution,
        }
        self.names.update({name: value for name, value in known.items() if value})

    def _environment(self) -> str:
        return mask.one_line(self.facts.environment()) if self.facts is not None else ""

    def holds(self, when: str) -> bool:
        """Tell whether a playbook's or step's `when` is certain here; an unknown word never holds."""
        if not when:
            return True
        if when == "declared":
            return bool(self.declared)
        if when == "undeclared":
            sure = self.facts is not None and not self.facts.stale and bool(self.ecosystem)
            return sure and not self.declared and not self.own
        if when == "project-module":
            return bool(self.own)
        if when == "missing-env":
            return self.facts is not None and self.ecosystem == "python" and not self._environment()
        return False

    def sentence(self) -> str:
        """Return what is certain about the captured module in this project, as one sentence; empty when nothing is."""
        facts = self.facts
        if facts is None or not self.module or not self.ecosystem:
            return ""
        if self.own:
            return f"`{self.module}` is a module of this project ({self.own}), not a package to install"
        shown = self.distribution or self.module
        if self.declared and not facts.is_installed(self.module, self.ecosystem):
            where = self._environment() if self.ecosystem == "python" else "node_modules"
            place = f"in {where}" if where else "(the project has no environment yet)"
            return f"`{shown}` is declared in {self.declared} but not installed {place}"
        if self.declared and self.ecosystem == "python" and self._environment():
            return f"`{shown}` is declared in {self.declared} and installed in {self._environment()}; this command ran outside it"
        manifest = mask.one_line(facts.manifest(self.ecosystem))
        if manifest and not facts.stale and self.holds("undeclared"):
            return f"`{shown}` is not declared in {manifest}"
        return ""


def situation(diagnosis: Diagnosis, memory: Memory, facts: Facts | None) -> Situation:
    """Return what holds for a diagnosis here; the ecosystem is its playbook's."""
    book = memory.playbook(diagnosis.playbook, diagnosis.layer or diagnosis.origin) if diagnosis.playbook else None
    return Situation(diagnosis, book, facts)


def plan(
    diagnosis: Diagnosis,
    memory: Memory,
    facts: Facts | None,
    counts: Mapping[str, Any] | None = None,
    here: Situation | None = None,
) -> Plan:
    """Return what could be done about a diagnosis, best first.

    Args:
        diagnosis: the failure.
        memory: where its playbook stands.
        facts: what is certain about the project, None when nothing is.
        counts: fingerprint or pattern id to (fix, times it worked, times it was tried), from history.
        here: what holds for the diagnosis, if it is at hand already.
    """
    here = here or situation(diagnosis, memory, facts)
    if not diagnosis.trusted:
        return Plan(diagnosis=diagnosis)
    fixes = [*_own_fixes(diagnosis, here.names)]
    if here.book is not None and here.holds(str(here.book.get("when", ""))):
        fixes += _book_fixes(here.book, here)
    return Plan(diagnosis=diagnosis, fixes=fixes, why=worked(diagnosis, counts))


def worked(diagnosis: Diagnosis, counts: Mapping[str, Any] | None) -> str:
    """Return what happened here the other times, as one sentence; empty when there were none that worked."""
    known = counts or {}
    found = known.get(diagnosis.fingerprint) or (
        known.get(diagnosis.pattern_id) if diagnosis.origin == "learned" else None
    )
    fix, good, tried = found or ("", 0, 0)
    if not good or not fix:
        return alike(diagnosis.excerpt, known)
    return f"{_shown(fix)} fixed this {good} of {tried} times here"


def _shown(fix: str) -> str:
    fix = mask.one_line(fix, 160)
    return fix if fix.startswith("edit of ") else f"`{fix}`"


def alike(excerpt: str, counts: Mapping[str, Any]) -> str:
    """Return what healed a failure here that said nearly the same, with how sure that is; empty when none did.

    Args:
        excerpt: the decisive lines of the failure.
        counts: what worked here; under SIMILAR the share of words that must be the same, and the masked words, the words that the
            fix has from its failure, fix, times worked and times tried of healed failures.
    """
    least, rows = counts.get(SIMILAR, (1.0, ()))
    if not rows or not excerpt:
        return ""
    words = set(fingerprint.mask_variable(excerpt[-600:]).split())
    best, sure = "", 0.0
    for own, named, fix, good, tried in rows:
        like = len(words & own) / len(words | own) if words or own else 0.0
        confidence = like * (good + 1) / (tried + 2)
        if like >= least and all(word in excerpt for word in named) and len(own) >= FEWEST_WORDS and confidence > sure:
            best, sure = fix, confidence
    return f"a failure much like this was healed here by {_shown(best)} ({sure:.0%} sure)" if best else ""


def _own_fixes(diagnosis: Diagnosis, names: Mapping[str, str]) -> list[Fix]:
    """Return the fixes that the entry itself states: its search and replace, its fix template."""
    fixes = []
    where = diagnosis.location.file or "the file that the failure names"
    for edit in diagnosis.auto_fix:
        step = f"In {where}, `{edit.search}` becomes `{fill(edit.replacement, names)}`"
        fixes.append(
            Fix(
                kind="text",
                title=f"replace `{edit.search}`",
                risk="high" if not diagnosis.trusted else "medium" if diagnosis.origin == "learned" else "low",
                steps=(step,),
            )
        )
    if diagnosis.fix_template and not has_names(fill(diagnosis.fix_template, dict.fromkeys(names, ""))):
        text = fill(diagnosis.fix_template, names)
        fixes.append(Fix(kind="guide", title=text, risk="medium", steps=(text,)))
    return fixes


_ACTING = ("fix", "install", "retry", "apply")
"""A step with one of these actions, or with `fix`, is a fix where it has a command; the others look, check and decide."""
_TELLING = (*_ACTING, "decide", "warn")
"""Steps that tell an agent something it cannot see in the output itself."""


def _book_fixes(book: Mapping[str, Any], here: Situation) -> list[Fix]:
    """Return one fix a command of the playbook that can be filled in, and one guide of the steps that are none."""
    fixes: dict[str, Fix] = {}
    steps: list[str] = []
    brief: list[str] = []
    told: list[tuple[str, str, str]] = []
    # Only what a shell reads as one plain word stands in a command; with anything else the command is not shown.
    quoted = {name: value for name, value in here.names.items() if _is_word(value)}
    quoted.update(
        {name: here.names[name] for name in ("install_command", "add_command", "manager") if name in here.names}
    )
    for raw in book.get("steps", ()):
        step = raw if isinstance(raw, dict) else {"description": str(raw)}
        if not here.holds(str(step.get("when", ""))):
            continue
        command = fill(str(step.get("command", "")), quoted)
        text = fill(str(step.get("description", "")), here.names)
        command, text = ("" if has_names(command) else command), ("" if has_names(text) else text)
        action = step.get("action")
        argv = _argv(step, here.names)
        if argv:
            known = {"argv": argv, "touches": tuple(str(path) for path in step.get("touches", ()))}
            risk = _at_least_medium(str(step.get("risk") or book.get("risk") or "medium"), "install")
            shown = " ".join(quote(word) for word in argv)
            fixes.setdefault(shown, Fix(kind="command", title=text or shown, risk=risk, command=shown, arguments=known))
            told.append((str(action or ""), text, shown))
            continue
        if command and (step.get("fix") or action in _ACTING):
            risk = str(step.get("risk") or book.get("risk") or "medium")
            kind = "install" if step.get("fix") == "install" or action == "install" else "command"
            fix = Fix(kind=kind, title=text or command, risk=_at_least_medium(risk, kind), command=command)
            fixes.setdefault(command, fix)
            told.append((str(action or ""), text, command))
            continue
        said = f"{text}: {command}" if text and command else text or command
        if said:
            steps.append(said)
            told.append((str(action or ""), text, command))
        # Where no manifest says what is declared, "not declared" tells an agent nothing.
        idle = step.get("when") == "undeclared" and not (here.facts and here.facts.manager(here.ecosystem))
        if said and action in _TELLING and not idle:
            brief.append(text or command)
    if steps:
        title = fill(str(book.get("description", "")), here.names)
        named = title if title and not has_names(title) else steps[0]
        fixes[""] = Fix(
            kind="guide", title=named, steps=tuple(steps), arguments={"brief": tuple(brief), "told": tuple(told)}
        )
    return list(fixes.values())


def _argv(step: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of a step that may run, filled in; empty when a name is missing or a value is not one plain word.

    A value cannot become an option: one that starts with a dash is not filled in.
    """
    given = step.get("argv")
    plain = {name: value for name, value in names.items() if _is_word(value) and not value.startswith("-")}
    words = tuple(fill(str(word), plain) for word in given) if isinstance(given, list | tuple) else ()
    return () if any(has_names(word) for word in words) else words


def _at_least_medium(risk: str, kind: str) -> str:
    """Installing anything is never of low risk."""
    return "medium" if kind == "install" and risk == "low" else risk if risk in _RISKS else "medium"
