"""What the last failed commands of a project said, for `healkit why`: masked, bounded, readable by the user alone.

One file a project, one JSON line a failure, newest last. Only `healkit run` writes it: nobody else has the output.
"""

from __future__ import annotations

from . import mask, paths, wire
from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .records import CommandResult, Diagnosis

NAME = "last-output"
MOST = 5
"""Failures that are kept."""
HEAD, TAIL = 12_000, 48_000
"""Characters kept of a longer output: its beginning and its end."""
_LIMIT = MOST * 6 * (HEAD + TAIL)


class Kept(Record):
    """One failed command and what it said. `at` in seconds since 1970; every text is masked."""

    command: str
    output: str
    exit_code: int | None = None
    cwd: str = ""
    session: str = ""
    at: float = 0.0
    fingerprint: str = ""


def _cut(text: str) -> str:
    left_out = len(text) - HEAD - TAIL
    if left_out <= 0:
        return text
    return f"{text[:HEAD]}\n... [{left_out} characters left out] ...\n{text[-TAIL:]}"


def keep(root: str, result: CommandResult, diagnosis: Diagnosis | None = None) -> bool:
    """Keep a failure's output, the oldest goes; tell whether that worked (without a state folder it does not).

    Args:
        root: the project's root, empty for none.
        result: the command, its output clean already.
        diagnosis: what it was found to be.
    """
    folder = paths.project_state(root)
    if not folder or not paths.make_private(folder):
        return False
    new = Kept(
        command=mask.mask_secrets(result.command),
        output=_cut(mask.mask_secrets(result.output)),  # masked first: a cut would hide where a key begins
        exit_code=result.exit_code,
        cwd=mask.mask_secrets(result.cwd),
        session=result.session,
        at=round(result.at, 3),
        fingerprint=diagnosis.fingerprint if diagnosis is not None else "",
    )
    rows = [*reversed(last(root)), new][-MOST:]
    text = "".join(f"{wire.dumps(row.as_dict())}\n" for row in rows)
    return paths.write_private(f"{folder}/{NAME}", text.encode("utf-8", "backslashreplace"))


def last(root: str) -> list[Kept]:
    """Return the kept failures of a project, newest first; a damaged line is passed over."""
    path = f"{paths.project_state(root)}/{NAME}"
    if not paths.is_private(path):
        return []
    found = []
    for line in paths.read_small(path, _LIMIT).split(b"\n"):
        row = _row(line)
        if row is not None:
            found.append(row)
    return found[::-1]


def _row(line: bytes) -> Kept | None:
    try:
        values = wire.loads(line)
        row = Kept(**{name: value for name, value in values.items() if name in Kept._fields})
    except (ValueError, TypeError, AttributeError):
        return None
    texts = (row.command, row.output, row.cwd, row.session, row.fingerprint)
    sound = all(isinstance(text, str) for text in texts) and isinstance(row.at, int | float)
    return row if sound and (row.exit_code is None or isinstance(row.exit_code, int)) else None
