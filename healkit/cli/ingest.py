"""`healkit ingest`: take the spool into history. Works in a bare checkout: the standard library is all it needs."""

import os
import sys

SUMMARY = "Take what hooks noted into the project's history."

EXAMPLES = ("healkit ingest", "healkit ingest ~/src/shop")

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typer


def main(args: "list[str]") -> int:
    """Take in the spool of one project and renew what the hook reads; return 0, or 1 when it cannot be done.

    Args:
        args: the project's root (default: the project that we are in; an empty text: no project).
    """
    from .. import paths
    from ..records import HealkitError

    if args and args[0] in ("-h", "--help"):
        print("\n    ".join([f"Usage: healkit ingest [ROOT]\n\n  {SUMMARY}\n\n  Examples:", *EXAMPLES]))
        return 0
    if len(args) > 1 or (args and args[0].startswith("-")):
        print("healkit: usage: healkit ingest [ROOT]", file=sys.stderr)
        return 2
    place = os.path.abspath(args[0]) if args and args[0] else "" if args else os.getcwd()
    try:
        taken = renew(paths.project_root(place) if place else "")
    except HealkitError as error:
        print(f"healkit: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        from .bug import report

        return report(error)
    if sys.stdout is not None and sys.stdout.isatty():
        print(f"{taken} events taken in")
    return 0


def renew(root: str) -> int:
    """Compile what is stale for the hook (facts, policy, indexes) and take in the spool; return how many events."""
    from .. import bundle, commands, compiled, fingerprint, history, intake, mask, memory, project

    project.refresh_if_stale(root)
    memory.open_memory(root)
    bundle.write()
    compiled.warm([*intake.PATTERNS, *mask.PATTERNS, *fingerprint.PATTERNS, *commands.PATTERNS])
    taken = history.ingest(root)
    if taken:
        _learn(root)
    return taken


def _learn(root: str) -> None:
    """Learn from what was taken in; where that cannot be done the events are safe, and the doctor is told why."""
    from .. import memory
    from ..history import files
    from ..records import HealkitError

    try:
        from .. import learn

        if learn.learn(root):
            memory.open_memory(root)
    except ImportError:
        return  # a bare checkout
    except (HealkitError, OSError) as error:
        files.complain(f"learning: {error}")


def register(app: "typer.Typer") -> None:
    """Add this noun's commands to the app; `__main__` dispatches the command itself."""
    from typing import Annotated

    import typer

    from . import usage

    @app.command("ingest", help=usage.text(SUMMARY, *EXAMPLES))
    def ingest(root: Annotated[str, typer.Argument(metavar="[ROOT]", help="The project's root.")] = "") -> None:
        raise typer.Exit(main([root] if root else []))
