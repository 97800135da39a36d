"""The shells that healkit works in: where their start files are, and the script that `healkit init SHELL` prints.

The script is hooks/shell.sh (or self-healing.fish) with interpreter and package filled in, and the completion; it defines
names that begin with `__healkit_` and nothing else.
"""

from __future__ import annotations

import os

from . import __version__, launcher, paths
from .records import HealkitError

SHELLS = ("bash", "zsh", "fish")

_BASH = r"""
__healkit_complete() {
  \builtin local IFS=$'\n'
  # shellcheck disable=SC2207 # split at line ends, as above
  COMPREPLY=($(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD _HEALKIT_COMPLETE=complete_bash \builtin command "$1" 2>/dev/null))
}
case $- in *i*) \builtin complete -o default -F __healkit_complete healkit ;; esac
"""
_ZSH = r"""
__healkit_complete() {
  \builtin eval "$(_TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _HEALKIT_COMPLETE=complete_zsh \builtin command healkit 2>/dev/null)"
}
if \builtin whence compdef >/dev/null; then compdef __healkit_complete healkit; fi
"""
_FISH = """
function __healkit_complete
    set -lx _HEALKIT_COMPLETE complete_fish
    set -lx _TYPER_COMPLETE_FISH_ACTION $argv[1]
    set -lx _TYPER_COMPLETE_ARGS (commandline -cp)
    command healkit 2>/dev/null
end
complete --command healkit --no-files --condition '__healkit_complete is-args' --arguments '(__healkit_complete get-args)'
"""


def known(shell: str) -> str:
    """Return a shell's name as we write it; a path or a login shell's dash is taken off.

    Raises:
        HealkitError: it is none of ours.
    """
    name = os.path.basename(shell).lstrip("-")
    if name not in SHELLS:
        what = f"healkit does not know the shell {name!r}" if name else "no shell is named, and SHELL is not set"
        raise HealkitError(what, do=f"Give one of {', '.join(SHELLS)}.")
    return name


def login_shell() -> str:
    """Return the user's login shell, by SHELL; HealkitError where that is none of ours."""
    return known(paths.env("SHELL"))


def start_file(shell: str) -> str:
    """Return the absolute path of the file that an interactive shell reads at its start, where our lines go.

    Raises:
        HealkitError: there is no home folder.
    """
    home = paths.home()
    if not home:
        raise HealkitError("there is no home folder", do="Set HOME to a folder of yours.")
    if shell == "zsh":
        return f"{_folder('ZDOTDIR') or home}/.zshrc"
    if shell == "fish":
        return f"{_folder('XDG_CONFIG_HOME') or f'{home}/.config'}/fish/conf.d/healkit.fish"
    return f"{home}/.bashrc"


def _folder(name: str) -> str:
    value = paths.env(name).rstrip("/")
    return value if value.startswith("/") else ""


def script_path(shell: str) -> str:
    """Return where `install --shell` writes a shell's script: beside the launcher."""
    return f"{os.path.dirname(launcher.launcher_path())}/init.{shell}"


def quote(text: str, shell: str) -> str:
    """Return a text as one word of a shell's script."""
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "'\\''") + "'"


def script(shell: str) -> str:
    """Return the script that `healkit init SHELL` prints.

    Raises:
        HealkitError: an unknown shell, no real interpreter, or a healkit without its shell files.
    """
    name = known(shell)
    path = f"{paths.share_dir()}/hooks/{'self-healing.fish' if name == 'fish' else 'shell.sh'}"
    body = paths.read_small(path).decode()
    if not body:
        raise HealkitError("the shell files of healkit are missing", where=path, do="Install healkit again.")
    python = quote(launcher.real_interpreter(), name)
    root = quote(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), name)
    head = f"# healkit {__version__} for {name}\n"
    if name == "fish":
        body = body.replace("\n__healkit_offer\n", "\n", 1)
        first, _, last = body.rpartition("\n__healkit_start\n")
        given = f"set -g __healkit_python {python}\nset -g __healkit_root {root}\n"
        # the status of before comes first
        first = first.replace("\nset -g __healkit_code $status\n", f"\nset -g __healkit_code $status\n{given}", 1)
        return f"{head}{first}\n{_FISH}\n__healkit_start\n{last}"
    body = body.partition("\n")[2]
    given = f"__healkit_code=$?\n__healkit_python={python}\n__healkit_root={root}\n"
    return f'{head}{given}{body}{_ZSH if name == "zsh" else _BASH}\n__healkit_start "$__healkit_code"\n'
