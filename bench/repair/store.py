"""What is fetched once: packages, wheels, tools; kept in HEALKIT_BENCH_CACHE (default: healkit-bench in the user's cache).

Everything comes through the ordinary clients (pip, npm, apt-get), with the versions of `packages.json`. What cannot be
fetched here is left out, with a word.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
LOCK = threading.RLock()


def cache() -> Path:
    own = os.environ.get("HEALKIT_BENCH_CACHE")
    base = Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "healkit-bench"
    base.mkdir(parents=True, exist_ok=True)
    return base


@functools.cache
def catalog() -> dict[str, Any]:
    return dict(json.loads((HERE / "packages.json").read_text()))


def json_of(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def call(
    argv: list[str], cwd: Path | None = None, timeout: float = 600, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a program for preparing; its output is kept. At the time limit it is stopped with all that it started: code 124."""
    process = subprocess.Popen(
        argv, cwd=cwd, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return subprocess.CompletedProcess(argv, 124, out, f"{err}\ntoo slow")


def base_python() -> str:
    """Return the interpreter behind the virtual environment that this runs in."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


@functools.cache
def environment() -> dict[str, str]:
    """Return the variables of every command: offline, with the local stores, and nothing of this program's own environment."""
    home = Path.home()
    own = {str(Path(sys.executable).parent), os.path.dirname(shutil.which("healkit") or "")}
    path = [part for part in os.environ.get("PATH", "").split(":") if part and part not in own]
    found = {
        "PATH": ":".join(dict.fromkeys([str(Path(base_python()).parent), str(tools_bin()), *path])),
        "LANG": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(cache() / "wheels"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(cache() / "wheels"),
        "UV_CACHE_DIR": str(cache() / "uv-cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "npm_config_cache": str(cache() / "npm-cache"),
        "npm_config_offline": "true",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
        "CARGO_HOME": os.environ.get("CARGO_HOME") or str(home / ".cargo"),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME") or str(home / ".rustup"),
        "CARGO_NET_OFFLINE": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    for role in ("AUTHOR", "COMMITTER"):
        found[f"GIT_{role}_NAME"], found[f"GIT_{role}_EMAIL"] = "A Person", "person@example.com"
    return found


def tools_bin() -> Path:
    folder = cache() / "bin"
    folder.mkdir(exist_ok=True)
    return folder


# ---------------------------------------------------------------- Python


def wheels() -> Path:
    """Download the wheels of all environments once."""
    folder = cache() / "wheels"
    with LOCK:
        if (folder / "complete").exists():
            return folder
        say("fetching wheels")
        python, depends = catalog()["python"], catalog()["depends"]
        needs = {need for package in python["packages"].values() for need in package.get("needs", ())}
        names = {*python["plain"], *python["async"], *catalog()["wheels"], *needs, "uv"}
        folder.mkdir(exist_ok=True)
        _pip_download(sorted(names), folder)
        for name, entry in depends.items():
            _pip_download([f"{name}=={entry['version']}"], folder)
        (folder / "complete").touch()
    return folder


def _pip_download(names: list[str], folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(folder)]
    if call([*pip, *names]).returncode and len(names) > 1:
        for name in names:
            _pip_download([name], folder)
    elif not any(folder.iterdir()):
        say(f"  could not be fetched: {' '.join(names)}")


def uv() -> str:
    """Return uv, which makes and fills environments quickly."""
    program = tools_bin() / "uv"
    with LOCK:
        if not program.exists():
            where = cache() / "uv"
            call(
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "install",
                    "-q",
                    "--no-index",
                    "-f",
                    str(wheels()),
                    "--target",
                    str(where),
                    "uv",
                ]
            )
            shutil.copy2(where / "bin" / "uv", program)
    return str(program)


def profile(names: list[str]) -> Path:
    """Return a virtual environment with these distributions, made once; cases get hard-linked copies of it."""
    key = "-".join(sorted(names)).replace("/", "_")
    if len(key) > 60:
        key = f"{key[:40]}-{sum(key.encode()) * len(key) % 100003}"
    where = cache() / "venvs" / key
    with LOCK:
        if not (where / "complete").exists():
            shutil.rmtree(where, ignore_errors=True)
            env = {key: value for key, value in environment().items() if key.startswith(("UV_", "PATH"))}
            call([uv(), "venv", "-q", "--python", base_python(), str(where)], **env)
            done = call([uv(), "pip", "install", "-q", "--python", str(where / "bin/python"), "--offline", "--no-index", "--find-links",
                         str(wheels()), *names], **env)  # fmt: skip
            if done.returncode:
                raise Unavailable(f"environment with {' '.join(names)}: {done.stderr.strip()[-300:]}")
            (where / "complete").touch()
    return where


def copy_venv(source: Path, target: Path, extra: str = "") -> None:
    """Give a project its own environment: hard links, but scripts that name their interpreter are written anew."""
    subprocess.run(["cp", "-al", str(source), str(target)], check=True)
    (target / "complete").unlink()
    for script in (target / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        data = script.read_bytes()
        if data[:2] == b"#!" or b"VIRTUAL_ENV" in data:
            mode = script.stat().st_mode
            script.unlink()
            script.write_bytes(data.replace(str(source).encode(), str(target).encode()))
            script.chmod(mode)
    for name in ("pyvenv.cfg", ".gitignore", "CACHEDIR.TAG"):
        file = target / name
        if file.exists():
            data = file.read_bytes()
            file.unlink()
            file.write_bytes(data)
    if extra:
        site = next((target / "lib").glob("python*")) / "site-packages"
        (site / "project.pth").write_text(f"../../../../{extra}\n")


def sdist(name: str, version: str) -> Path:
    """Return the unpacked source distribution of a package."""
    folder = cache() / "downloads" / "python" / name
    with LOCK:
        if not list(folder.glob("*.tar.gz")):
            folder.mkdir(parents=True, exist_ok=True)
            say(f"fetching {name} {version}")
            call(
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "download",
                    "-q",
                    "--no-deps",
                    "--no-binary",
                    name,
                    "-d",
                    str(folder),
                    f"{name}=={version}",
                ]
            )
    return _unpacked(folder, "*.tar.gz")


# ---------------------------------------------------------------- JavaScript


def npm_package(name: str, version: str) -> Path:
    """Return the unpacked tarball of an npm package."""
    folder = cache() / "downloads" / "npm" / f"{name.replace('/', '+')}@{version}"
    with LOCK:
        if not list(folder.glob("*.tgz")):
            folder.mkdir(parents=True, exist_ok=True)
            say(f"fetching {name} {version}")
            call(
                ["npm", "pack", "--silent", f"{name}@{version}"],
                cwd=folder,
                npm_config_cache=str(cache() / "npm-cache"),
            )
    return _unpacked(folder, "*.tgz")


def node_tools() -> Path:
    """Return a node_modules folder with the tools of the JavaScript cases."""
    where = cache() / "node-tools"
    with LOCK:
        if not (where / "complete").exists():
            say("fetching node tools")
            where.mkdir(exist_ok=True)
            (where / "package.json").write_text('{"name": "tools", "private": true}\n')
            done = call(["npm", "install", "--silent", "--no-audit", "--no-fund", *catalog()["node_tools"]], cwd=where,
                        npm_config_cache=str(cache() / "npm-cache"))  # fmt: skip
            if done.returncode:
                raise Unavailable(f"node tools: {done.stderr[-300:]}")
            (where / "complete").touch()
    return where / "node_modules"


# ---------------------------------------------------------------- Debian: Rust and C


def crate(name: str) -> Path:
    """Return a real crate's source, out of Debian's package of it."""
    folder = cache() / "downloads" / "rust" / name
    with LOCK:
        if not list(folder.glob("*.deb")):
            _need("apt-get")
            folder.mkdir(parents=True, exist_ok=True)
            say(f"fetching crate {name}")
            call(["apt-get", "download", "-qq", f"librust-{name}-dev"], cwd=folder)
        debs = list(folder.glob("*.deb"))
        if not debs:
            raise Unavailable(f"crate {name}")
        if not (folder / "out").exists():
            call(["dpkg-deb", "-x", str(debs[0]), str(folder / "out")])
    found = [path for path in folder.glob("out/usr/share/cargo/registry/*") if (path / "Cargo.toml").exists()]
    if not found:
        raise Unavailable(f"crate {name}: no source inside")
    return found[0]


def c_source(name: str) -> Path:
    """Return a real C project's source, out of Debian's source package of it."""
    folder = cache() / "downloads" / "c" / name
    with LOCK:
        if not list(folder.glob("*.orig.tar.*")):
            _need("apt-get")
            folder.mkdir(parents=True, exist_ok=True)
            say(f"fetching source of {name}")
            call(["apt-get", *_source_options(), "source", "--download-only", "-qq", name], cwd=folder)
    return _unpacked(folder, "*.orig.tar.*")


@functools.cache
def _source_options() -> tuple[str, ...]:
    """Return options for apt-get that know source packages, with lists of their own: this machine's are not touched."""
    where = cache() / "apt"
    (where / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (where / "parts").mkdir(exist_ok=True)
    lines = []
    for file in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("debian*"))):
        text = file.read_text() if file.is_file() else ""
        lines += [line.replace("deb ", "deb-src ", 1) for line in text.splitlines() if line.startswith("deb ")]
        for block in text.split("\n\n"):
            fields = dict(
                line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith("#")
            )
            if "URIs" in fields:
                signed = f"[signed-by={fields['Signed-By']}] " if "Signed-By" in fields else ""
                lines.append(f"deb-src {signed}{fields['URIs'].split()[0]} {fields['Suites'].split()[0]} main")
    (where / "source.list").write_text("\n".join(lines) + "\n")
    options = ("-o", f"Dir::Etc::sourcelist={where}/source.list", "-o", f"Dir::Etc::sourceparts={where}/parts", "-o",
               f"Dir::State::lists={where}/lists", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=")  # fmt: skip
    if not list((where / "lists").glob("*ources")):
        say("reading the list of source packages")
        call(["apt-get", *options, "update", "-qq"])
    return options


def _need(program: str) -> None:
    if not shutil.which(program):
        raise Unavailable(f"{program} is not here")


def _unpacked(folder: Path, pattern: str) -> Path:
    with LOCK:
        found = [path for path in folder.glob(pattern) if not path.name.endswith(".asc")]
        if not found:
            raise Unavailable(folder.name)
        out = folder / "out"
        if not out.exists():
            part = folder / "part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            subprocess.run(["tar", "-xf", str(found[0]), "-C", str(part), "--no-same-owner"], check=True)
            part.rename(out)
    inner = [path for path in out.iterdir() if path.is_dir()]
    return inner[0] if len(inner) == 1 and not any(path.is_file() for path in out.iterdir()) else out


class Unavailable(Exception):
    """Something that cannot be fetched or made ready on this machine."""
