"""The words of healkit: every record that crosses a module boundary, the closed lists, the one error type.

Importing this module must stay free of cost: the hook loads it after every failed command. That is why the records
are not dataclasses (their import costs more than the hook's whole matching) but classes over a small frozen base,
which type checkers read as frozen dataclasses.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

    _T = TypeVar("_T")
else:

    def dataclass_transform(**_: object) -> Callable[[_T], _T]:
        """Do nothing at run time; type checkers know what it means."""
        return lambda cls: cls


CATEGORIES = (
    "dependency_issue", "import_error", "syntax_error", "type_error", "linting_error", "test_failure", "build_error",
    "runtime_error", "async_error", "network_error", "permission_error", "resource_exhaustion", "timeout",
    "configuration_error", "security_scan", "deployment_error", "command_error", "merge_conflict", "unknown",
)  # fmt: skip
"""What kind of failure it is, decided by the decisive line: what would you look up first?"""

CATEGORY_ALIASES = {
    "import": "import_error", "dependency": "dependency_issue", "async": "async_error", "rust": "build_error",
    "test": "test_failure", "syntax": "syntax_error", "build": "build_error", "type": "type_error",
    "lint": "linting_error", "linting": "linting_error", "runtime": "runtime_error", "network": "network_error",
    "permission": "permission_error", "resource": "resource_exhaustion", "config": "configuration_error",
    "configuration": "configuration_error", "security": "security_scan", "deployment": "deployment_error",
    "command": "command_error", "merge": "merge_conflict",
}  # fmt: skip
"""The short spellings that pattern files in the wild use, and what they mean."""

SEVERITIES = ("info", "low", "medium", "high", "critical")
RISKS = ("low", "medium", "high", "critical")
SOURCES = ("claude", "shell", "run", "ci", "workflow")
OUTCOMES = ("suggested", "healed", "rolled_back", "unresolved", "refused", "passed")
EVENTS = ("failure", "success", "command", "edit", "hint", "outcome")
ORIGINS = ("shipped", "user", "project", "learned")
FIX_KINDS = (
    "text", "rerun", "imports", "calls", "modules", "syntax", "install", "tool", "compiler", "manifest", "environment", "retry",
    "command", "guide",
)  # fmt: skip
"""The kinds of fixes; one of kind `guide` is steps for a person, `command` is shown and never run."""

EVENT_VERSION = 1


class HealkitError(Exception):
    """Something a person can act on: what is wrong, where, and what to do about it.

    Args:
        what: the fault in one sentence.
        where: `file`, `file:line` or `file:line:column`, or empty.
        do: what the person can do, in one sentence, or empty.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.do = what, where, do

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.do}" if self.do else head


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record:
    """A frozen record: fields are the class's annotations, defaults its class attributes."""

    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)

    def __init__(self, **values: Any) -> None:
        cls = type(self)
        for name in cls._fields:
            if name not in values and not hasattr(cls, name):
                raise TypeError(f"{cls.__name__} needs {name}")
        for name in values:
            if name not in cls._fields:
                raise TypeError(f"{cls.__name__} has no field {name}")
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.as_dict().items())})"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a dict, in declared order; nested records stay records."""
        return {name: getattr(self, name) for name in self._fields}

    def replace(self, **values: Any) -> Self:
        """Return a copy with some fields changed."""
        return type(self)(**{**self.as_dict(), **values})


class CommandResult(Record):
    """One command that ran: what was typed, how it ended, what it said.

    `exit_code` is None when nobody knows it (a log file). `cut` is True when the end of the output is known to be
    missing (a client's or a log's limit), so that an early scary line is not taken for the cause. `masked` is True when
    the shell reported success for a line that hides a failure (`cmd; true`, `cmd | cat`).
    """

    command: str = ""
    exit_code: int | None = None
    output: str = ""
    cwd: str = ""
    source: str = "run"
    session: str = ""
    at: float = 0.0
    duration_ms: int | None = None
    tool_use_id: str = ""
    cut: bool = False
    masked: bool = False


class Location(Record):
    """A place in a file. `file` as the tool printed it; `line` and `column` count from 1, 0 = unknown."""

    file: str = ""
    line: int = 0
    column: int = 0


class Finding(Record):
    """What a reader found in tool output: one problem, where it stands in the text and in the code.

    `start`, `end` are the character span of the decisive lines in the text the reader was given. `weight` moves the
    finding in the ranking: 1.0 the root cause, 0.5 ordinary, below 0.5 a wrapper or a consequence, 0 no failure at all
    (a warning, a captured log): a pattern that matches inside a span of weight 0 does not count.
    `captures` are facts by name (code, rule, test, type, module ...). `excerpt` are the decisive lines verbatim.
    """

    reader: str
    start: int
    end: int
    weight: float = 0.5
    location: Location = Location()
    captures: Mapping[str, str] = {}
    excerpt: str = ""


class AutoFix(Record):
    """One search and replace, as a pattern file spells it. `search` is literal unless `regex`."""

    search: str
    replacement: str
    regex: bool = False


class Example(Record):
    """Output that a pattern must recognise, and what it must capture from it."""

    output: str
    captures: Mapping[str, str] = {}
    tool: str = ""
    version: str = ""


class Pattern(Record):
    """How to recognise one kind of failure. Field meanings are those of `memory/schema/error-patterns.schema.json`."""

    id: str
    error_regex: Sequence[str]
    category: str
    severity: str = "medium"
    message: str = ""
    contains: Sequence[str] = ()
    tools: Sequence[str] = ()
    exit_codes: Sequence[int] = ()
    auto_fix: Sequence[AutoFix] = ()
    playbook: str = ""
    confidence: float = 0.7
    occurrences: int = 0
    last_seen: str = ""
    origin: str = "shipped"
    examples: Sequence[Example] = ()
    counterexamples: Sequence[str] = ()
    disabled: bool = False
    description: str = ""
    fix_template: str = ""
    auto_fixable: bool | None = None
    note: str = ""


class Step(Record):
    """One step of a playbook. `command` is shown and never run; `fix` names a fixer; `argv` may run, gated by risk."""

    action: str = ""
    description: str = ""
    command: str = ""
    fix: str = ""
    argv: Sequence[str] = ()
    when: str = ""
    risk: str = ""


class Playbook(Record):
    """What to do about a failure. Field meanings are those of `memory/schema/recovery-playbook.schema.json`."""

    id: str
    steps: Sequence[Step]
    trigger: str = ""
    severity: str = "medium"
    risk: str = "medium"
    verify: str = ""
    success_indicators: Sequence[str] = ()
    when: str = ""
    description: str = ""
    origin: str = "shipped"


class Diagnosis(Record):
    """One named failure. `confidence` from 0 to 1; `excerpt` the decisive lines verbatim; `trusted` False for an entry
    of a project that the user has not trusted: it may speak, never act."""

    pattern_id: str
    category: str
    severity: str
    confidence: float
    message: str
    captures: Mapping[str, str] = {}
    location: Location = Location()
    excerpt: str = ""
    fingerprint: str = ""
    origin: str = "shipped"
    layer: str = ""
    trusted: bool = True
    playbook: str = ""
    auto_fix: Sequence[AutoFix] = ()
    fix_template: str = ""


class Fix(Record):
    """One way to fix a diagnosis: a kind of the fixer table, its arguments, the risk, a title for people.

    Exactly one of `command` (a shell-quoted line), `diff` and `steps` is filled, for showing.
    """

    kind: str
    title: str
    risk: str = "medium"
    arguments: Mapping[str, Any] = {}
    command: str = ""
    diff: str = ""
    steps: Sequence[str] = ()


class Plan(Record):
    """What could be done about a diagnosis, best first, and why; `auto`: may the first fix run unasked?"""

    diagnosis: Diagnosis
    fixes: Sequence[Fix] = ()
    why: str = ""
    auto: bool = False


class Change(Record):
    """A proposed edit: the whole truth of it. `before` None = the file is new, `after` None = it goes away.

    `path` is relative to the project's root; one that ends in `/` is a folder to be made. `mode` are the permission bits
    afterwards, None = as they are (0o644 for a new file).
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None


class Run(Record):
    """A proposed command that changes things: argv, the folder it runs in (absolute, the root when empty), the files
    that it may write (relative to the root), and the package environment that it installs into.

    `manager` is a key of the journal's table (`pip uv npm pnpm yarn cargo go`), `environment` what the manager calls it: a
    Python interpreter, else the folder of the manifest. Both empty: the command touches files only.
    """

    argv: Sequence[str]
    cwd: str = ""
    touches: Sequence[str] = ()
    manager: str = ""
    environment: str = ""


class FixOutcome(Record):
    """How an attempt to heal ended. Durations in milliseconds."""

    outcome: str
    changes: Sequence[Change] = ()
    duration_ms: int = 0
    message: str = ""


class Event(Record):
    """One line of the spool, one row of history (schema version 1). Every text in it has its secrets masked."""

    kind: str
    at: float
    id: str
    project: str = ""
    session: str = ""
    source: str = "claude"
    command: str = ""
    exit_code: int | None = None
    cwd: str = ""
    tool_use_id: str = ""
    duration_ms: int | None = None
    pattern_id: str = ""
    category: str = ""
    fingerprint: str = ""
    text: str = ""
    file: str = ""
    old: str = ""
    new: str = ""
    outcome: str = ""
    stdout: str = ""
    stderr: str = ""
    version: int = EVENT_VERSION
