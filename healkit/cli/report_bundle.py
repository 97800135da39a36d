"""`healkit bug-report`: one masked text about this installation, to be read and then sent along."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from .. import __version__, console, mask, paths
from ..records import HealkitError
from . import usage

HELP = usage.text(
    "Gather a masked report about this installation.",
    "healkit bug-report                 print it",
    "healkit bug-report report.txt      write it; read it before you send it",
    more="It holds versions, the doctor's findings, where each setting comes from, the last hook calls and errors, the "
    "last failures' command lines. Secrets and your home folder are masked; no output of a command is in it.",
)
LINES = 20


def bug_report(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Where to write it; without it, stdout.")] = "",
) -> None:
    """Print or write the report."""
    text = gather(paths.project_root(os.getcwd()))
    if not file:
        console.out(text.rstrip("\n"))
        return
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as target:
            target.write(text.encode("utf-8", "backslashreplace"))
    except FileExistsError:
        raise HealkitError("there is such a file already", where=file, do="Give another name.") from None
    except OSError as error:
        raise HealkitError(f"cannot be written: {error.strerror}", where=file, do="Give another name.") from None
    console.out(f"{file} written; read it before you send it")


def gather(root: str) -> str:
    """Return the whole report, every line masked and printable; a part that breaks says so and the others go on."""
    parts = []
    for title, tell in SECTIONS:
        try:
            lines = list(tell(root))
        except Exception as error:  # the report of a bug must not be its victim
            lines = [f"(this part broke: {type(error).__name__}: {error})"]
        parts.append("\n".join([f"## {title}", *(lines or ["(nothing)"])]))
    return console.printable(mask.mask_secrets("\n\n".join(parts))) + "\n"


def _versions(_: str) -> Iterator[str]:
    from importlib.metadata import PackageNotFoundError, version

    yield f"healkit {__version__}, {time.strftime('%Y-%m-%dT%H:%M:%S%z')}"
    yield f"Python {sys.version.split()[0]}, {sys.executable}"
    yield f"{platform.system()} {platform.release()} {platform.machine()}, shell {os.path.basename(paths.env('SHELL')) or '?'}, terminal {paths.env('TERM') or '?'}"  # noqa: E501
    for name in ("typer", "click", "rich", "orjson", "regex", "filelock", "jsonschema"):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} is not installed"
    names = sorted(name for name in os.environ if name.startswith("HEALKIT_") and "KEY" not in name)
    yield from (f"{name}={os.environ[name]}" for name in names)


def _layers(root: str) -> Iterator[str]:
    from .version import layer_lines

    yield from layer_lines(root)


def _doctor(root: str) -> Iterator[str]:
    from .. import doctor

    for check in doctor.examine(root):
        yield f"{check.state:<4} {check.name}: {check.what}" + (f" -> {check.do}" if check.do else "")


def _settings(root: str) -> Iterator[str]:
    from .. import config
    from ..config.writing import spell

    found = config.load(root)
    for key, origin in found.origins.items():
        if origin != "default":
            yield f"{key} = {'(set)' if key == 'ai.endpoint' else spell(found[key])}  {origin}"
    yield from (f"{problem.where}: {problem.what}" for problem in found.problems)


def _tail(path: str) -> list[str]:
    return paths.read_small(path, 4 << 20).decode("utf-8", "replace").splitlines()[-LINES:]


def _state_file(name: str) -> Callable[[str], list[str]]:
    return lambda _: _tail(f"{paths.state_dir()}/{name}") if paths.state_dir() else []


def _failures(root: str) -> list[str]:
    return _tail(f"{paths.project_state(root)}/error-log.txt") if paths.state_dir() else []


def _bugs(_: str) -> Iterator[str]:
    top = paths.state_dir()
    names = sorted(name for name in os.listdir(top) if name.startswith("bug-")) if os.path.isdir(top) else []
    for name in names[-3:]:
        yield f"{name}:"
        yield from _tail(f"{top}/{name}")


SECTIONS: tuple[tuple[str, Callable[[str], Iterator[str] | list[str]]], ...] = (
    ("Versions", _versions),
    ("Knowledge", _layers),
    ("Doctor", _doctor),
    ("Settings that differ from the defaults", _settings),
    ("Last hook calls", _state_file("hook-log")),
    ("Errors inside the hook", _state_file("hook-errors.txt")),
    ("Last failures", _failures),
    ("Bugs of healkit itself", _bugs),
)


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("bug-report", help=HELP)(bug_report)
