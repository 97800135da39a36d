"""`healkit init SHELL`: the script that makes a shell tell what failed, with completion; `install --shell` puts it in place.

`__main__` dispatches it without typer: it runs at the start of every shell.
"""

import sys

SUMMARY = "Print the script that lets a shell say what failed."
EXAMPLES = (
    'eval "$(healkit init bash)"       in ~/.bashrc',
    'eval "$(healkit init zsh)"        in ~/.zshrc',
    "healkit init fish | source        in ~/.config/fish/config.fish",
    "healkit install --shell           does it for you, and starts faster",
)
MORE = (
    "The script defines names that begin with __healkit_, adds a prompt hook beside what is there, and prints nothing."
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typer


def main(args: "list[str]") -> int:
    """Print the script of the shell that is named; return 0, 1 when there is none, 2 for wrong arguments."""
    from .. import shells
    from ..records import HealkitError

    if not args or any(word in ("-h", "--help") for word in args):
        print("Usage: healkit init bash|zsh|fish", f"  {SUMMARY}", "  Examples:", sep="\n\n")
        print(*(f"    {example}" for example in EXAMPLES), f"\n  {MORE}", sep="\n")
        return 0 if args else 2
    if len(args) > 1 or args[0].startswith("-"):
        print("healkit: usage: healkit init bash|zsh|fish", file=sys.stderr)
        return 2
    try:
        sys.stdout.write(shells.script(args[0]))
    except HealkitError as error:
        print(f"healkit: {error}", file=sys.stderr)
        return 1
    return 0


def register(app: "typer.Typer") -> None:
    """Add `init` to the app, for its help; and the completion, which the script asks the app for."""
    from typing import Annotated

    import typer
    from typer import completion

    from . import usage

    getattr(completion, "completion_init")()  # noqa: B009 - the app was made without --install-completion

    @app.command("init", help=usage.text(SUMMARY, *EXAMPLES, more=MORE))
    def init(shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="The shell.")]) -> None:
        raise typer.Exit(main([shell]))
