"""The text of every script in hooks/: what bash 3.2 (macOS) cannot read must not stand there; the linters are content."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

HOOKS = Path(__file__).parents[2] / "hooks"
SCRIPTS = sorted(HOOKS.glob("*.sh"))

TOO_NEW = {
    "case conversion ${x,,}": r"\$\{\w+(\[[^]]*\])?[,^]",
    "transformation ${x@Q}": r"\$\{\w+(\[[^]]*\])?@[A-Za-z]\}",
    "negative length ${x:0:-1}": r"\$\{\w+:[^}:]*:\s*-",
    "mapfile": r"\b(mapfile|readarray)\b",
    "declare -A, -g, -n": r"\b(declare|local|typeset|readonly)\s+-\w*[AgnI]",
    "&>>": r"&>>",
    "|&": r"\|&",
    "coproc": r"\bcoproc\b",
    "read -N, -i": r"\bread\b[^;|]*\s-\w*[Ni]\b",
    "printf %(...)T": r"%\([^)]*\)T",
    "[[ -v ]]": r"\[\[?\s+(!\s+)?-v\s",
    "a case that falls through": r";;?&(\s|$)",
    "wait -n": r"\bwait\s+-\w*[np]",
    "{1..9..2}": r"\{\w+\.\.\w+\.\.",
    "{fd}>": r"\{\w+\}[<>]",
    "variables of bash 4 and 5": r"\b(EPOCHSECONDS|EPOCHREALTIME|SRANDOM|BASHPID|BASH_ARGV0|PROMPT_DIRTRIM)\b",
    "shell options of bash 4 and 5": r"\bshopt\b.*\b(globstar|lastpipe|autocd|dirspell|inherit_errexit|assoc_expand_once)\b",
    "unicode escapes": r"\$'[^']*\\[uU]",
    "$(< within backquotes or ${ cmd; }": r"\$\{\s",
}

SAMPLES = (
    'x=${x,,}', 'x=${a[0]^^}', 'echo "${x@Q}"', 'x=${x:0:-1}', 'mapfile -t x', 'readarray x', 'declare -A x', 'local -n y=z',
    'declare -gA x', 'a &>> log', 'a |& b', 'coproc cat', 'IFS= read -r -N 10 x', 'read -rN 5 x', 'read -ei text x',
    "printf '%(%F)T'", '[[ -v x ]]', '[ ! -v x ]', 'a) b ;;&', 'a) b ;& ', 'wait -n', 'for i in {1..9..2}', 'exec {fd}<file',
    'echo $EPOCHSECONDS', 'shopt -s globstar', "echo $'\\u00e4'", 'x=${ cmd; }',
)  # fmt: skip

FINE = (
    'x=${x%,*}', 'x=${x:0:2048}', 'declare -F name', "printf '%s' x", 'a >/dev/null 2>&1', 'a || b & c', 'read -r x',
    '[[ -n $x ]]', 'local IFS', 'a) b ;;', "$'\\n'", 'x=${x: -1}', '${1+*"$1"*}', 'export -n x', 'read -r -d "" -a x',
)  # fmt: skip


def faults(text: str) -> list[str]:
    """Return what in a script bash 3.2 cannot do; a line that a version check guards says `# new in bash`."""
    found = []
    guarded = False
    for number, line in enumerate(text.splitlines(), 1):
        code = "" if line.lstrip().startswith("#") else line
        if re.match(r"\s*case \$(\{)?BASH_VERSION", code):
            guarded = True
        if not guarded:
            found += [f"{number}: {name}: {line.strip()}" for name, regex in TOO_NEW.items() if re.search(regex, code)]
        if re.match(r"\s*esac\b", code):
            guarded = False
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_check_sees_what_is_too_new(sample: str) -> None:
    assert faults(sample)
    assert not faults(f"# {sample}")


@pytest.mark.parametrize("sample", FINE)
def test_the_check_passes_what_bash_3_2_knows(sample: str) -> None:
    assert faults(sample) == []


def test_there_are_scripts() -> None:
    assert "self-healing.sh" in [path.name for path in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_nothing_is_newer_than_bash_3_2(script: Path) -> None:
    assert faults(script.read_text()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_bash_can_read_it(script: Path) -> None:
    done = subprocess.run(["/bin/bash", "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize("linter", [("shellcheck",), ("shfmt", "-i", "2", "-d")], ids=lambda words: words[0])
def test_the_linters_are_content(script: Path, linter: tuple[str, ...]) -> None:
    program = shutil.which(linter[0], path=sysconfig.get_path("scripts")) or shutil.which(linter[0])
    if not program:
        pytest.skip(f"{linter[0]} is not installed")
    done = subprocess.run([program, *linter[1:], str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_it_can_be_executed_and_its_shell_ignores_the_environment(script: Path) -> None:
    assert script.read_bytes().startswith(b"#!/bin/bash -p\n") or script.name != "self-healing.sh"
    assert script.stat().st_mode & 0o111
