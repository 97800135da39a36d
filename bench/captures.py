"""Run healkit in a temporary project and put what it printed between the marks of README.md and docs/.

    python bench/captures.py            write the captures anew
    python bench/captures.py --check    exit with 1 when a capture no longer has the shape of a real run
    python bench/captures.py --print    only print them

A capture stands between `<!-- capture: NAME -->` and `<!-- end of capture -->`. Everything runs with a home, a state folder and
a PATH of its own. What differs from machine to machine (the temporary folder, the interpreter's path) is written in one way;
the shape leaves numbers out too.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/*.md")
MARKED = re.compile(r"(<!-- capture: (?P<name>[\w-]+) -->\n)(?P<text>.*?)(<!-- end of capture -->)", re.DOTALL)
TOOLS = ("sh", "cat", "git", "bash", "uname", "env")

NO_INGEST = (
    "import os; from healkit import episode, paths; state = paths.project_state(os.getcwd());"
    " paths.make_private(state); paths.write_private(f'{state}/{episode.STARTED}', b'')"
)
"""As if one had just been started: else a detached one would still write into a folder that is taken away."""

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["requests"]\n'
DEPLOY = "echo 'deploying 3 services'\necho \"frobctl: shard 'eu-7' is out of quorum (2 of 5 nodes)\" >&2\nexit 4\n"
BY_HAND = r"""{
  "patterns": [
    {
      "id": "broker-is-down",
      "error_regex": "BrokerUnavailable: (?P<host>[\\w.-]+",
      "category": "netwrk_error",
      "message": "The broker {host} does not answer",
      "examples": ["BrokerUnavailable: broker.local"],
    },
    {
      "id": "lock-is-held",
      "error_regex": "Lock (?P<name>\\w+) is held by (?P<user>\\w+)",
      "category": "resource_exhaustion",
      "message": "Lock {nmae} is held",
      "examples": ["Lock seven was held by bob"]
    },
    {
      "id": "slow-to-match",
      "error_regex": "(\\w+\\s?)+ is locked for good",
      "category": "resource_exhaustion"
    }
  ]
}
"""


class Scene(NamedTuple):
    """Files of the project, commands that run unseen before, commands that are shown."""

    files: dict[str, str]
    before: tuple[str, ...]
    shown: tuple[str, ...]


FAILING = {"pyproject.toml": PYPROJECT, "uv.lock": "", "app.py": "import requests\n"}
RUN = "healkit run -- python app.py"
BROKEN = {
    "till/__init__.py": "",
    "till/pricing.py": "def total_price(items):\n    return sum(price * count for price, count in items)\n",
    "till/__main__.py": 'from till.prices import total_price\n\nprint("to pay:", total_price([(3, 2), (4, 1)]))\n',
}
HEAL = "healkit run --fix --yes -- python -B -m till"
SCENES = {
    "heal": Scene(BROKEN, (), (HEAL,)),
    "fix": Scene(BROKEN, ("healkit run -- python -B -m till",), ("healkit fix --dry-run",)),
    "undo": Scene(BROKEN, (HEAL,), ("healkit undo --list", "healkit undo")),
    "run": Scene(FAILING, (), (RUN,)),
    "why": Scene(FAILING, (RUN,), ("healkit why",)),
    "doctor": Scene(FAILING, ("healkit install", RUN, "healkit ingest"), ("healkit doctor",)),
    "check": Scene({".healkit/error-patterns.json": BY_HAND}, (), ("healkit patterns check",)),
    "newcomer": Scene(
        {"deploy.sh": DEPLOY},
        (),
        (
            "healkit run -- sh deploy.sh",
            "healkit patterns add --from-last --advice 'frobctl repair {name}' --yes",
            "healkit patterns check",
            "healkit patterns test frobctl-shard-out-quorum-nodes",
            "healkit run -- sh deploy.sh",
        ),
    ),
    "test-file": Scene(
        {
            "build.log": "compiling\nsrc/a.c:3:5: error: 'x' undeclared (first use in this function)\nmake: *** [Makefile:2: a.o] Error 1\n"
        },
        (),
        ("healkit patterns test c-undeclared build.log",),
    ),
}


class Stage:
    """A temporary home with a project `shop` in it, and a PATH that holds no more than a capture needs."""

    def __init__(self, top: Path) -> None:
        self.home, self.project, self.bin = top / "home", top / "home/shop", top / "bin"
        for folder in (self.project / ".git", self.bin):
            folder.mkdir(parents=True)
        self.script("healkit", f'exec "{sys.executable}" -m healkit "$@"')
        for name in TOOLS:
            found = shutil.which(name)
            if found:
                (self.bin / name).symlink_to(found)

    def script(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def play(self, scene: Scene) -> str:
        """Return what the shown commands printed, both streams, each command behind its `$`."""
        for name, text in scene.files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if "pyproject.toml" in scene.files or "till/__main__.py" in scene.files:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.project / ".venv")], check=True)
        self.run(f'"{sys.executable}" -c "{NO_INGEST}"')
        for command in scene.before:
            self.run(command)
        return "\n".join(f"$ {command}\n{self.run(command)}".rstrip() for command in scene.shown)

    def run(self, command: str) -> str:
        env = {
            "HOME": str(self.home), "PATH": f"{self.project}/.venv/bin:{self.bin}", "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
            "SHELL": "/bin/bash", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(CHECKOUT), "TERM": "dumb",
        }  # fmt: skip
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.project, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
        )  # fmt: skip
        return self.plain(done.stdout)

    def plain(self, text: str) -> str:
        """Return output as it would read in the home of anybody."""
        real = os.path.realpath(sys.executable)
        names = [
            (str(self.project), "~/shop"),
            (str(self.home), "~"),
            (str(self.bin), "~/.local/bin"),
            (sys.executable, real),
        ]
        for found, shown in names:
            text = text.replace(found, shown).replace(os.path.realpath(found), shown) if found != shown else text
        text = text.replace(real, f"/usr/bin/{os.path.basename(real)}").replace(str(CHECKOUT), "~/healkit")
        text = re.sub(r"healkit undo [0-9a-z]{6,}", "healkit undo 20setq337", text)
        text = re.sub(r"(?m)^[0-9a-z]{9}(?=\tjust now)", "20setq337", text)
        text = re.sub(r"/shop-[0-9a-f]{16}/", "/shop-1f0c6e9ad2b37548/", re.sub(r"python3\.\d+", "python3", text))
        return "\n".join(line.rstrip() for line in text.splitlines())


def capture(name: str) -> str:
    """Return the block of one capture as it stands in a page."""
    with tempfile.TemporaryDirectory(prefix="healkit-capture-") as top:
        return f"```console\n{Stage(Path(top)).play(SCENES[name])}\n```\n"


def pages() -> Iterator[Path]:
    for glob in PAGES:
        yield from sorted(CHECKOUT.glob(glob))


def shape(text: str) -> list[str]:
    """Return a capture's lines without what may differ: numbers, and how wide a column is."""
    text = re.sub(r"(?m)^\w+ +answer .*\n(?: +-> .*\n)*", "answer\n", text)  # how quick it was is no question of shape
    return [re.sub(r"\d+(?:\.\d+)*", "N", " ".join(line.split())) for line in text.splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--print", action="store_true", dest="only_print")
    parser.add_argument("names", nargs="*", choices=[*SCENES, []], help="only these captures")
    given = parser.parse_args()
    if given.only_print:
        for name in given.names or SCENES:
            print(f"-- {name}\n{capture(name)}")
        return 0
    made: dict[str, str] = {}
    wrong = 0
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = old
        for found in MARKED.finditer(old):
            name = found["name"]
            if name not in SCENES:
                print(f"{page.name}: there is no capture called {name}", file=sys.stderr)
                wrong += 1
                continue
            if given.names and name not in given.names:
                continue
            made[name] = made.get(name) or capture(name)
            before, after = shape(found["text"]), shape(made[name])
            if before != after:
                wrong += 1
                diff = difflib.unified_diff(before, after, f"{page.name}: {name}", "a run of today", lineterm="")
                print("\n".join(diff), file=sys.stderr if given.check else sys.stdout)
            if before != after or not given.check:
                new = new.replace(found.group(), f"{found[1]}{made[name]}{found[4]}")
        if not given.check and new != old:
            page.write_text(new, encoding="utf-8")
    if given.check and wrong:
        print("captures: run `python bench/captures.py` and look at what changed", file=sys.stderr)
    return int(bool(given.check and wrong))


if __name__ == "__main__":
    sys.exit(main())
