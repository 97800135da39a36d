"""What is wrong around the code: modes, line ends, interpreters, folders, locks, ports, settings, services."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..tree import Tree

NAME = "environment"
SH = '#!/bin/sh\n# Say what this package is.\nset -eu\ncd "$(dirname "$0")/.."\nls package.json >/dev/null\necho "ready"\n'
NODE = "#!/usr/bin/env node\nconst { name } = require('../package.json');\n\nconsole.log(`checked ${name}`);\n"
BASH = '#!/usr/bin/env bash\nset -euo pipefail\nnames=(one two)\nfor name in "${names[@]}"; do\n  echo "$name"\ndone\n'


def _script(tree: Tree, path: str, text: str, mode: int = 0o755) -> None:
    tree.put(path, text)
    tree.path(path).chmod(mode)


def _kept(path: str, text: str) -> checks.Check:
    """The script is what it was, and may be run."""

    def check(tree: Tree) -> str:
        if tree.path(path).read_bytes() != text.encode():
            return f"{path} differs from what it was"
        return "" if os.access(tree.path(path), os.X_OK) else f"{path} may not be run"

    return check


def _scripts() -> tuple[tuple[str, str, list[str]], ...]:
    return (
        ("scripts/check.sh", SH, ["./scripts/check.sh"]),
        ("scripts/check.js", NODE, ["./scripts/check.js"]),
        ("tools/prepare.sh", BASH, ["sh", "-c", "./tools/prepare.sh"]),
        ("scripts/check.sh", SH, ["npm", "run", "check"]),
        ("tools/prepare.sh", BASH, ["make", "-s", "prepare"]),
    )


def _with_script(package: Package, path: str, text: str, command: list[str]):  # type: ignore[no-untyped-def]
    def prepare(tree: Tree) -> None:
        _script(tree, path, text)
        if path.endswith(".js"):
            tree.put("scripts/package.json", '{"type": "commonjs"}\n')
        if command[0] == "npm":
            manifest = tree.text("package.json").replace('"scripts": {', f'"scripts": {{\n    "check": "./{path}",')
            tree.put("package.json", manifest)
        if command[0] == "make":
            tree.put("Makefile", f".PHONY: prepare\nprepare:\n\t./{path}\n")

    return prepare


@operator(NAME, "auto", "npm")
def script_not_executable(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Permission denied: a script of the project has lost its mode."""
    for path, text, command in _scripts():
        yield Fault(f"{path} by {command[0]}", command, {}, _kept(path, text), (path,), _with_script(package, path, text, command),
                    lambda tree, path=path: tree.path(path).chmod(0o644))  # type: ignore[misc]  # fmt: skip


@operator(NAME, "auto", "npm")
def script_with_crlf(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A script came from another system with CRLF line ends: its interpreter is not found."""
    for path, text, command in _scripts():
        yield Fault(f"{path} by {command[0]}", command, {path: text.replace("\n", "\r\n")}, _kept(path, text), None,
                    _with_script(package, path, text, command), own_edit=False)  # fmt: skip


@operator(NAME, "auto", "npm")
def wrong_interpreter(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The first line of a script names an interpreter where none is: `#!/usr/local/bin/nodee`."""
    wrong = {
        "#!/bin/sh": "#!/bin/shh",
        "#!/usr/bin/env node": "#!/usr/bin/env nodee",
        "#!/usr/bin/env bash": "#!/usr/bin/env bsah",
    }
    for path, text, command in _scripts()[:3]:
        first = text.split("\n", 1)[0]

        def check(tree: Tree, path: str = path, text: str = text) -> str:
            rest = text.split("\n", 1)[1]
            return (
                ""
                if tree.text(path).split("\n", 1)[1].replace("// more to come\n", "") == rest
                else "more than the first line has changed"
            )

        yield Fault(
            f"{path} {first}",
            command,
            {path: text.replace(first, wrong[first], 1)},
            check,
            None,
            _with_script(package, path, text, command),
        )


@operator(NAME, "auto", "npm")
def misspelt_program_of_env(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`#!/usr/bin/env pyhton3`."""
    text = "#!/usr/bin/env python3\nimport json\n\nprint(json.load(open('package.json'))['name'])\n"
    command = ["./scripts/name.py"]
    for wrong in ("pyhton3", "pythn3", "pytohn3"):
        yield Fault(f"scripts/name.py {wrong}", command, {"scripts/name.py": text.replace("python3", wrong)}, checks.contains("scripts/name.py", "^#!/usr/bin/env python3?\nimport json"),
                    None, lambda tree: _script(tree, "scripts/name.py", text))  # fmt: skip


def _folder(package: Package, program: str, path: str, folder: str, command: list[str]) -> Fault:
    def prepare(tree: Tree) -> None:
        tree.put(path, program)
        tree.path(folder).mkdir(parents=True)

    return Fault(f"{folder}/ for {path}", command, {}, lambda tree: "" if tree.path(folder).is_dir() else "no folder", (folder, *_parents(folder), f"{folder}/made.txt"),
                 prepare, lambda tree: _remove(tree, folder))  # fmt: skip


def _parents(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _remove(tree: Tree, folder: str) -> None:
    for name in (folder, *reversed(_parents(folder))):
        for file in tree.path(name).iterdir():
            if file.is_file():
                file.unlink()
        with contextlib.suppress(OSError):
            tree.path(name).rmdir()


@operator(NAME, "auto", "plain")
def missing_folder_python(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A program writes into a folder that is not in git."""
    for folder in ("logs", "var/cache", "output/reports"):
        program = (
            f"from pathlib import Path\n\nwith Path('{folder}/made.txt').open('w') as file:\n    file.write('ok')\n"
        )
        yield _folder(package, program, "make_report.py", folder, ["python", "make_report.py"])


@operator(NAME, "auto", "npm")
def missing_folder_node(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ENOENT: a program writes into a folder that is not in git."""
    for folder in ("logs", "var/cache", "output/reports"):
        program = f"import {{ writeFileSync }} from 'node:fs';\n\nwriteFileSync('{folder}/made.txt', 'ok');\n"
        yield _folder(package, program, "make-report.mjs", folder, ["node", "make-report.mjs"])


@operator(NAME, "auto", "npm")
def missing_folder_shell(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`cannot create logs/made.txt: Directory nonexistent`."""
    for folder in ("logs", "var/run", "output/lists"):
        yield _folder(package, f"set -e\nls *.json > {folder}/made.txt\n", "collect.sh", folder, ["sh", "collect.sh"])


@operator(NAME, "auto", "plain", "npm")
def stale_git_lock(package: Package, rng: random.Random) -> Iterator[Fault]:
    """index.lock lies there and no git runs: one was killed an hour ago."""

    def inject(tree: Tree) -> None:
        lock = tree.root / ".git" / "index.lock"
        lock.touch()
        then = time.time() - 7200
        os.utime(lock, (then, then))

    yield Fault(
        "index.lock",
        ["git", "add", "README.md"],
        {},
        lambda tree: "the lock is still there" if (tree.root / ".git/index.lock").exists() else "",
        (),
        _readme,
        inject,
    )


def _readme(tree: Tree) -> None:
    tree.put("README.md", "read this\n")


@operator(NAME, "must_not", "plain", "npm")
def living_git_lock(package: Package, rng: random.Random) -> Iterator[Fault]:
    """index.lock is held by a process that lives: nobody may remove it."""

    @contextlib.contextmanager
    def held(tree: Tree) -> Iterator[None]:
        lock = tree.root / ".git" / "index.lock"
        code = f"import time; f = open({str(lock)!r}, 'w'); f.write('x'); f.flush(); time.sleep(300)"
        owner = subprocess.Popen([sys.executable, "-I", "-c", code])
        try:
            while not lock.exists():
                time.sleep(0.02)
            yield
            if not lock.exists():
                tree.put("THE-LOCK-WAS-TAKEN", "")
        finally:
            owner.kill()
            owner.wait()

    def check(tree: Tree) -> str:
        return "" if (tree.root / ".git/index.lock").exists() else "the lock was taken away"

    yield Fault("index.lock, held", ["git", "add", "README.md"], {}, check, (), _readme, None, held)


SERVE = """import { createServer } from 'node:http';
const server = createServer();
server.listen(Number(process.env.PORT || %d), '127.0.0.1', () => server.close());
"""


@operator(NAME, "suggest", "npm")
def port_in_use_node(package: Package, rng: random.Random) -> Iterator[Fault]:
    """EADDRINUSE: the owner of the port is named, nothing is killed."""
    port = rng.randrange(20000, 50000)
    yield Fault(
        f"port {port}",
        ["node", "serve.mjs"],
        {},
        None,
        (),
        lambda tree: tree.put("serve.mjs", SERVE % port),
        None,
        _taken(port),
        suggests=(str(port),),
    )


@operator(NAME, "suggest", "plain")
def port_in_use_python(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Address already in use: the owner of the port is named, nothing is killed."""
    port = rng.randrange(20000, 50000)
    program = f"from http.server import BaseHTTPRequestHandler, HTTPServer\n\nHTTPServer(('127.0.0.1', {port}), BaseHTTPRequestHandler).server_close()\n"
    yield Fault(
        f"port {port}",
        ["python", "serve.py"],
        {},
        None,
        (),
        lambda tree: tree.put("serve.py", program),
        None,
        _taken(port),
        suggests=("port|address",),
    )


def _taken(port: int):  # type: ignore[no-untyped-def]
    @contextlib.contextmanager
    def around(tree: Tree) -> Iterator[None]:
        code = f"import socket, time; s = socket.socket(); s.bind(('127.0.0.1', {port})); s.listen(); print(1, flush=True); time.sleep(300)"
        owner = subprocess.Popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE)
        try:
            assert owner.stdout
            owner.stdout.readline()
            yield
            if owner.poll() is not None:
                tree.put("THE-OWNER-WAS-KILLED", "")
        finally:
            owner.kill()
            owner.wait()

    return around


@operator(NAME, "suggest", "plain")
def missing_dotenv_python(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A variable is not set; `.env.example` names it: a person fills in the value."""
    program = (
        "import os\nfrom pathlib import Path\n\nif Path('.env').exists():\n    for line in Path('.env').read_text().splitlines():\n"
        "        name, _, value = line.partition('=')\n        os.environ.setdefault(name, value)\n\nprint(len(os.environ['SERVICE_TOKEN']))\n"
    )
    yield from _dotenv("settings.py", program, ["python", "settings.py"])


@operator(NAME, "suggest", "npm")
def missing_dotenv_node(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`.env: no such file`; `.env.example` lies beside it: a person fills in the value."""
    program = "import { readFileSync } from 'node:fs';\n\nif (!/^SERVICE_TOKEN=./m.test(readFileSync('.env', 'utf8'))) throw new Error('SERVICE_TOKEN is not set');\n"
    yield from _dotenv("settings.mjs", program, ["node", "settings.mjs"])


def _dotenv(path: str, program: str, command: list[str]) -> Iterator[Fault]:
    def prepare(tree: Tree) -> None:
        tree.put(path, program)
        tree.put(".env.example", "SERVICE_TOKEN=your-token\nLEVEL=info\n")
        tree.put(".env", "SERVICE_TOKEN=abc\nLEVEL=info\n")
        with tree.path(".gitignore").open("a") as file:
            file.write(".env\n")

    yield Fault(path, command, {}, None, (), prepare, lambda tree: tree.path(".env").unlink(), suggests=(r"\.env",))


@operator(NAME, "suggest", "own-rust")
def conflicting_rustflags(package: Package, rng: random.Random) -> Iterator[Fault]:
    """RUSTFLAGS holds a flag that this compiler does not have: a variable of the user's, not the project's."""
    for flags in ("-Zthreads=8", "-C target-cpu=no-such-cpu-at-all -D no_such_lint_group_x", "--cfg"):
        yield Fault(
            f"RUSTFLAGS={flags}",
            ["cargo", "check"],
            suggests=("RUSTFLAGS",),
            environ={"RUSTFLAGS": flags},
            baseline=False,
        )


@operator(NAME, "suggest", "npm")
def node_too_old(package: Package, rng: random.Random) -> Iterator[Fault]:
    """npm's EBADENGINE with engine-strict: another Node is wanted; healkit changes no Node and no manifest."""

    def prepare(tree: Tree) -> None:
        tree.put(
            "package.json",
            '{\n  "name": "wants-more",\n  "version": "1.0.0",\n  "engines": {\n    "node": ">=18"\n  }\n}\n',
        )
        tree.put(".npmrc", "engine-strict=true\n")

    text = '{\n  "name": "wants-more",\n  "version": "1.0.0",\n  "engines": {\n    "node": ">=98"\n  }\n}\n'
    yield Fault(
        "engines node >=98",
        ["npm", "install", "--package-lock=false"],
        {"package.json": text},
        prepare=prepare,
        suggests=("[Nn]ode",),
    )


@operator(NAME, "must_not", "plain")
def dirty_file_in_the_way(package: Package, rng: random.Random) -> Iterator[Fault]:
    """git will not change branches over the user's uncommitted work: nothing may stash, reset or overwrite it."""
    path = package.modules()[0]

    def prepare(tree: Tree) -> None:
        tree.git("checkout", "-q", "-b", "other")
        tree.put(path, tree.text(path) + "# on the other branch\n")
        tree.commit("other")
        tree.git("checkout", "-q", "main")

    def inject(tree: Tree) -> None:
        tree.put(path, tree.text(path) + "# hours of work, not committed\n")

    yield Fault(
        f"checkout over {path}",
        ["git", "checkout", "-q", "other"],
        {},
        None,
        (),
        prepare,
        inject,
        history="uncommitted",
        baseline=False,
    )


@operator(NAME, "must_not", "npm")
def script_of_another(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Permission denied on a file outside the project: not ours to change."""

    def prepare(tree: Tree) -> None:
        outside = tree.case / "home" / ".local"
        outside.mkdir(parents=True, exist_ok=True)
        script = outside / "tool.sh"
        script.write_text("#!/bin/sh\necho hi\n")
        script.chmod(0o755)
        tree.put("run.sh", f"exec {script}\n")

    def check(tree: Tree) -> str:
        return "its mode was changed" if (tree.case / "home/.local/tool.sh").stat().st_mode & 0o111 else ""

    yield Fault(
        "a tool in the home",
        ["sh", "run.sh"],
        {},
        check,
        (),
        prepare,
        lambda tree: (tree.case / "home/.local/tool.sh").chmod(0o644),
    )


@operator(NAME, "suggest", "plain")
def service_that_is_not_there(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Connection refused on the port of a database: it has to be started, by a person."""
    port = rng.randrange(20000, 50000)
    program = f"import socket\n\nsocket.create_connection(('127.0.0.1', {port}), timeout=5).close()\n"
    yield Fault(f"port {port}", ["python", "ask.py"], {"ask.py": program}, prepare=lambda tree: tree.put("ask.py", "print('ok')\n"),
                suggests=(f"{port}|running|start|service|server|listen",))  # fmt: skip


class _Late(BaseHTTPRequestHandler):
    """A server that drops its first caller."""

    left = 0

    def do_GET(self) -> None:
        type(self).left -= 1
        if type(self).left >= 0:
            self.close_connection = True
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


@operator(NAME, "auto", "plain")
def service_that_hangs_up_once(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The connection is closed without an answer, once: a second try, a little later, gets through; nothing is edited."""
    port = rng.randrange(20000, 50000)
    program = f"import urllib.request\n\nprint(urllib.request.urlopen('http://127.0.0.1:{port}/', timeout=5).read())\n"

    @contextlib.contextmanager
    def around(tree: Tree) -> Iterator[None]:
        server = HTTPServer(("127.0.0.1", port), type("Late", (_Late,), {"left": 1}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()

    yield Fault(
        f"port {port}",
        ["python", "ask.py"],
        {},
        None,
        (),
        lambda tree: tree.put("ask.py", program),
        None,
        around,
        baseline=False,
    )
