"""`healkit run`: a command as usual; when it fails, what is known about the failure.

Nothing but the parser and `process` is imported before the command has failed.
"""

import posix
import sys

from .. import paths, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typer


TROUBLE = 125
"""The exit code for healkit's own trouble; every other one is the command's."""

SUMMARY = "Run a command; name its failure, or heal it with --fix."
EXAMPLES = (
    "healkit run -- pytest -q",
    "healkit run --fix -- pytest -q",
    "healkit run --fix --dry-run -- npx tsc",
    "healkit run -- sh -c 'cd web && npm test'",
    "healkit run --json-report report.json -- make",
)
MORE = (
    "Output, keys, colours, Ctrl-C and signals pass through. The exit code is the command's (127 not found, "
    "126 not executable, 128+N ended by signal N), 0 when it was healed, or 125 when healkit itself is in trouble. --fix is "
    "your consent to run the command again; programs that push, publish, deploy or delete are never repeated, but for "
    "--verify. `healkit undo` takes a fix back."
)
OPTIONS = {
    "--fix": ("", "Apply what fixes it, run the command again, take back what did not help."),
    "--yes": ("", "With --fix: do not ask."),
    "--dry-run": ("", "With --fix: show the diff and the commands, do nothing."),
    "--verify": ("COMMAND", "With --fix: the command that proves the fix, instead of running the failed one again."),
    "--pick": ("KIND", "With --fix: also fixes of this kind (or kinds, a,b) that are of high risk."),
    "--max-attempts": ("N", "With --fix: at most N fixes for one failure (default: the setting, 2)."),
    "--timeout": (
        "SECONDS",
        "End the command after so many seconds (124), and healing too (default: no limit, and the setting, 300).",
    ),
    "--json-report": ("FILE", "Write what happened to FILE as JSON."),
    "--help": ("", "Show this message and exit."),
}
"""Name -> name of its value (empty for a switch), help. The typer command lists the same; a test compares them."""


class Request:
    """What `healkit run` was asked to do: the options that were given, and the command's words."""

    __slots__ = ("argv", "options")

    def __init__(self, options: "dict[str, str]", argv: "list[str]") -> None:
        self.options, self.argv = options, argv

    def seconds(self) -> "float | None":
        """Return how long the command may run, None for as long as it likes.

        Raises:
            UsageError: `--timeout` is no number above 0.
        """
        given = self.options.get("--timeout")
        try:
            number = float(given) if given is not None else None
        except ValueError:
            number = -1.0
        if number is not None and not number > 0:
            raise UsageError(f"--timeout needs a number above 0, not {given!r}")
        return number


class UsageError(Exception):
    """Arguments that make no sense, as a sentence."""


def parse(args: "list[str]") -> Request:
    """Return what the arguments ask for; the command starts at `--` or at the first word that is no option.

    Raises:
        UsageError: an unknown option, a value too many or too few.
    """
    options: dict[str, str] = {}
    rest = list(args)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        name, given, value = word.partition("=")
        name = "--help" if name == "-h" else name
        if name not in OPTIONS:
            raise UsageError(f"no such option: {name}; try: healkit run --help")
        if OPTIONS[name][0] and not given:
            if not rest:
                raise UsageError(f"{name} needs a {OPTIONS[name][0]}")
            value = rest.pop(0)
        elif given and not OPTIONS[name][0]:
            raise UsageError(f"{name} takes no value")
        options[name] = value
    return Request(options, rest)


def help_text() -> str:
    """Return the help of the plain parser."""
    import textwrap

    lines = ["Usage: healkit run [OPTIONS] [--] COMMAND [ARG]...", "", f"  {SUMMARY}", "", "  Examples:"]
    lines += [f"    {example}" for example in EXAMPLES]
    lines += ["", textwrap.fill(MORE, 78, initial_indent="  ", subsequent_indent="  "), "", "Options:"]
    for name, (value, text) in OPTIONS.items():
        shown = f"  {name} {value}".rstrip()
        lines.append(textwrap.fill(text, 100, initial_indent=f"{shown:<25}", subsequent_indent=" " * 25))
    return "\n".join(lines)


def main(args: "list[str]") -> int:
    """Run a command and return its exit code, or 125 with one line when healkit itself is in trouble."""
    try:
        request = parse(args)
        if "--help" in request.options:
            print(help_text())
            return 0
        if not request.argv:
            raise UsageError("no command given; try: healkit run --help")
        request.seconds()
        _check_report(request.options.get("--json-report", ""))
    except UsageError as error:
        return _trouble(str(error))
    try:
        return _run(request)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # the user gets a line and a file, never a traceback
        from . import bug

        return bug.report(error, TROUBLE)


def _run(request: Request) -> int:
    offset = _offset() if "--fix" in request.options else -1
    _settle()
    try:
        finished = process.run(request.argv, timeout=request.seconds())
    except process.StartError as error:
        from . import failure

        finished = failure.not_started(error)
    if finished.exit_code == 0 and "--json-report" not in request.options and not _is_episode_open():
        return 0
    from . import failure

    try:
        return failure.settle(finished, request.argv, request.options, offset=offset)
    except KeyboardInterrupt:  # enough said
        return finished.exit_code
    except Exception as error:  # the command has run: its exit code is what the caller waits for
        from . import bug

        bug.report(error)
        return finished.exit_code


def _settle() -> None:
    """Put back what a healkit that died left half done here, before the command sees it."""
    if paths.is_dir(f"{paths.state_dir()}/projects"):
        from . import settle

        try:
            settle()
        except OSError:  # the folder that we stand in is gone
            pass


def _offset() -> int:
    """Return where our input stands, when it is a file: a command that is run again reads it again."""
    try:
        return posix.lseek(0, 0, 1)
    except OSError:
        return -1


def _is_episode_open() -> bool:
    """Tell whether something failed in this terminal a while ago: then a success is worth noting."""
    opened = f"{paths.state_dir()}/open"
    if not paths.is_dir(opened):
        return False
    from .. import session

    return paths.exists(f"{opened}/{session.of_terminal()}")


def _trouble(message: str) -> int:
    print(f"healkit: {message}", file=sys.stderr)
    return TROUBLE


def _check_report(path: str) -> None:
    """Refuse a report that cannot be written before the command runs, not after."""
    if not path:
        return
    folder = path.rpartition("/")[0] or ("/" if path.startswith("/") else ".")
    if paths.is_dir(path) or not posix.access(path if paths.exists(path) else folder, posix.W_OK):
        raise UsageError(f"the report cannot be written: {path}")


def register(app: "typer.Typer") -> None:
    """Add `run` to the app, for its help; `__main__` dispatches the command itself."""
    from typing import Annotated

    import typer

    from . import usage

    def option(name: str) -> object:
        value, text = OPTIONS[name]
        return typer.Option(name, metavar=value or None, help=text, show_default=False)

    @app.command(
        "run",
        help=usage.text(SUMMARY, *EXAMPLES, more=MORE),
        context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
        no_args_is_help=True,
    )
    def run(
        command: Annotated[
            list[str], typer.Argument(metavar="COMMAND [ARG]...", help="The command and its arguments.")
        ],
        fix: Annotated[bool, option("--fix")] = False,
        yes: Annotated[bool, option("--yes")] = False,
        dry_run: Annotated[bool, option("--dry-run")] = False,
        verify: Annotated[str, option("--verify")] = "",
        pick: Annotated[str, option("--pick")] = "",
        max_attempts: Annotated[str, option("--max-attempts")] = "",
        timeout: Annotated[str, option("--timeout")] = "",
        json_report: Annotated[str, option("--json-report")] = "",
    ) -> None:
        given = [name for name, on in (("--fix", fix), ("--yes", yes), ("--dry-run", dry_run)) if on]
        named = {"--verify": verify, "--pick": pick, "--max-attempts": max_attempts, "--timeout": timeout}
        for name, value in {**named, "--json-report": json_report}.items():
            given += [f"{name}={value}"] if value else []
        raise typer.Exit(main([*given, "--", *command]))
