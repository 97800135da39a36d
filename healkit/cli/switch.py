"""`healkit off` and `healkit on`: everything of healkit, everywhere."""

from __future__ import annotations

import os

import typer

from .. import console, paths
from ..records import HealkitError
from . import usage

OFF = usage.text(
    "Switch healkit off everywhere.",
    "healkit off",
    more="Hooks are silent then, and `healkit run` just runs. For one command: HEALKIT_OFF=1 in its environment.",
)
ON = usage.text("Switch healkit on again.", "healkit on")


def _mark() -> str:
    folder = paths.state_dir()
    if not folder or not paths.make_private(folder):
        raise HealkitError(
            "the state folder cannot be written", where=folder or "HOME", do="Set HEALKIT_STATE_DIR, or HEALKIT_OFF=1."
        )
    return f"{folder}/off"


def off() -> None:
    """Create the mark that hooks and `run` look for."""
    if not paths.write_private(_mark(), b""):
        raise HealkitError("the mark cannot be written", where=_mark(), do="Set HEALKIT_OFF=1 instead.")
    console.out("healkit is off everywhere; `healkit on` switches it on again")


def on() -> None:
    """Remove the mark."""
    mark = _mark()
    try:
        os.unlink(mark)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise HealkitError(
            f"the mark cannot be removed: {error.strerror}", where=mark, do="Remove it by hand."
        ) from None
    console.out("healkit is on")
    if paths.env("HEALKIT_OFF") not in ("", "0"):
        console.say("note: HEALKIT_OFF is set in this environment, so healkit stays off in it")


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("off", help=OFF)(off)
    app.command("on", help=ON)(on)
