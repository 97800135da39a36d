"""The command line: one file a noun, each with `register(app)`. Nothing is imported before a command needs it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typer

NOUNS = (
    "run", "fix", "why", "detect", "history", "search", "stats", "log", "patterns", "learn", "playbooks", "modules", "config",
    "trust", "ignore", "install", "init", "doctor", "switch", "purge", "report_bundle", "ingest",
)  # fmt: skip
"""The files of this folder that add commands, in the order in which the help lists them."""

EPILOG = "Start with: healkit install, then healkit doctor. Every command has --help with examples."
BUG = 3


def main(args: list[str]) -> int:
    """Run one command of the CLI and return its exit code: 0 fine, 1 a failure remains, 2 usage, 3 a bug in healkit."""
    from ..records import HealkitError

    try:
        _stand_somewhere()
        settle()
        build()(args, prog_name="healkit")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except HealkitError as error:
        from .. import console

        console.complain(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:  # the user gets a line and a file, never a traceback
        from . import bug

        return bug.report(error)
    return 0


def _stand_somewhere() -> None:
    """Go to `/`, where no project is, when the current folder was removed under us: every command asks where it is."""
    import os

    try:
        os.getcwd()
    except OSError:
        os.chdir("/")


def settle() -> None:
    """Put back what a healkit that died left half done in this project; one look when there is nothing."""
    import os

    from .. import paths

    root = paths.project_root(os.getcwd())
    state = paths.project_state(root) if root else ""
    if state and os.path.exists(f"{state}/journal/{paths.short_hash(os.path.realpath(root))}/open"):
        from .healing import settle_journal

        settle_journal(root)


def build() -> typer.Typer:
    """Return the typer app with every noun's commands."""
    from importlib import import_module

    import typer

    from . import version

    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback(invoke_without_command=True, help=version.HELP)(version.healkit)
    for noun in NOUNS:
        import_module(f".{noun}", __name__).register(app)
    return app


def _reader_left() -> int:
    """Our reader went away, as `head` does: say nothing, not even at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141
