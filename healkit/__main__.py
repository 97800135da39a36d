"""The program `healkit`: `run`, `init` and `ingest` are dispatched without typer, everything else goes to the CLI.

`run` wraps commands that people run all day, `init` is run by every shell that starts, and `ingest` must work in a bare
checkout with nothing installed.
"""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Run healkit with the given arguments (default: those of this process); return its exit code."""
    args = sys.argv[1:] if argv is None else argv
    if args[:1] == ["run"]:
        from .cli.run import main as run

        return run(args[1:])
    if args[:1] == ["init"]:
        from .cli.init import main as init

        return init(args[1:])
    if args[:1] == ["ingest"]:
        from .cli.ingest import main as ingest

        return ingest(args[1:])
    from .cli import main as cli

    return cli(args)


if __name__ == "__main__":
    sys.exit(main())
