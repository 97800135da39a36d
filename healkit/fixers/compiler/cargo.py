"""How a failed cargo or rustc command is asked again, in a copy, for its diagnostics as JSON and nothing else."""

from __future__ import annotations

import os
import re

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..case import Case

ALIASES = {"b": "build", "c": "check", "t": "test", "r": "run", "d": "doc"}
"""https://doc.rust-lang.org/cargo/reference/config.html#alias"""
_MODES = {
    "build": "build", "check": "check", "test": "test", "run": "build", "bench": "bench", "clippy": "clippy", "doc": "check",
    "rustc": "build", "nextest": "test", "install": "build", "package": "build", "publish": "build", "fix": "check",
}  # fmt: skip
"""What compiles the same units, by subcommand."""
_WITH_VALUE = (
    "-p", "--package", "-F", "--features", "--bin", "--example", "--test", "--bench", "--manifest-path", "--profile", "--target",
    "--exclude", "-j", "--jobs",
)  # fmt: skip
_ALONE = (
    "--workspace", "--all", "--all-features", "--no-default-features", "--release", "-r", "--lib", "--bins", "--examples",
    "--tests", "--benches", "--all-targets", "--locked", "--frozen", "--ignore-rust-version",
)  # fmt: skip
_SELECT = (
    "--lib",
    "--bins",
    "--bin",
    "--examples",
    "--example",
    "--tests",
    "--test",
    "--benches",
    "--bench",
    "--all-targets",
)
_SAID = re.compile(r"^\s*(?:Compiling|Checking|Documenting) \S+ v\S+ \((/[^)]+)\)", re.M)
_PLACE = re.compile(r"^\s*--> (\S+?\.rs):\d+", re.M)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_CHANGED = re.compile(r"(?:^|&&|;)\s*cd\s+([\w./-]+)\s*(?:&&|;)")


class Asked(Record):
    """A command that compiles what the failed one compiled. `cwd` is relative to the root; `json` stands in `argv`."""

    argv: Sequence[str]
    cwd: str
    environ: Mapping[str, str] = {}
    tool: str = "cargo"


def asked(case: Case) -> Asked | None:
    """Return how to ask again what failed; None when no cargo and no rustc can be seen in it."""
    environ = {}
    for word in case.argv:
        if not _ASSIGNED.match(word) and os.path.basename(word) != "env":
            break
        name, sign, value = word.partition("=")
        if sign and (name.startswith(("CARGO_", "RUST", "CC", "CFLAGS")) or "_" in name) and name != "CARGO_TARGET_DIR":
            environ[name] = value
    for number, word in enumerate(case.argv):
        program = os.path.basename(word)
        if program in ("cargo", "cargo-clippy"):
            rest = list(case.argv[number + 1 :])
            return _cargo(case, rest, environ)
        if program == "rustc":
            return _rustc(case, list(case.argv[number + 1 :]), environ)
    folder = _folder_said(case)
    if folder is None:
        return None
    tests = any("/tests/" in f"/{file}" or "(test)" in case.output for file in _PLACE.findall(case.output)[:20])
    argv = ["check", *(["--profile", "test", "--tests"] if tests else []), *(["--workspace"] if not folder else [])]
    return Asked(argv=argv, cwd=folder)


def _cargo(case: Case, words: list[str], environ: dict[str, str]) -> Asked | None:
    toolchain = [words.pop(0)] if words and words[0].startswith("+") else []
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-C", "--config", "-Z", "--color") and words:
            words.pop(0)
    if not words:
        return None
    sub = ALIASES.get(words[0], words[0])
    mode = _MODES.get(sub)
    if mode is None or (sub == "nextest" and words[1:2] != ["run"]):
        return None
    tail = words[words.index("--") :] if "--" in words else []
    kept = _kept(words[1 : len(words) - len(tail)], sub)
    if mode in ("build", "test", "bench") and not _needs_others(case):
        mode, kept = "check", _checking(mode, kept)
    elif mode in ("test", "bench"):
        kept.append("--no-run")
    argv = [*toolchain, mode, *kept, *(tail if mode == "clippy" else [])]
    return Asked(argv=argv, cwd=_cwd(case), environ=environ)


def _checking(mode: str, kept: list[str]) -> list[str]:
    """Return `cargo check`'s options for what `cargo test` or `bench` compiles: the tests' profile, and all tests."""
    if mode == "build":
        return kept
    named = any(word.partition("=")[0] in _SELECT for word in kept)
    profile = [] if any(word.startswith(("--profile", "--release", "-r")) for word in kept) else ["--profile", "test"]
    return [*kept, *profile, *([] if named else ["--tests" if mode == "test" else "--benches"])]


def _kept(words: Sequence[str], sub: str) -> list[str]:
    """Return the options that say what is compiled; the others and a run's own arguments are left out."""
    out: list[str] = []
    rest = iter(words)
    for word in rest:
        name = word.partition("=")[0]
        if name in _WITH_VALUE:
            out.append(word)
            if "=" not in word:
                out.append(next(rest, ""))
        elif word in _ALONE:
            out.append(word)
        elif not word.startswith("-") and sub == "run":
            break
    return out


def _needs_others(case: Case) -> bool:
    """Tell whether crates from elsewhere are needed: those were compiled in the command's own mode."""
    for folder in _upwards(case.cwd, case.root):
        path = os.path.join(folder, "Cargo.lock")
        if os.path.isfile(path):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    return "\nsource = " in file.read()
            except OSError:
                return False
    return False


def _upwards(folder: str, root: str) -> list[str]:
    out = []
    while folder == root or folder.startswith(f"{root}/"):
        out.append(folder)
        folder = os.path.dirname(folder)
    return out


def _cwd(case: Case) -> str:
    """Return the folder, relative to the root, where cargo ran: it has a manifest, there or above."""
    for folder in (case.cwd, *_changed(case)):
        if any(os.path.isfile(os.path.join(above, "Cargo.toml")) for above in _upwards(folder, case.root)):
            return _within(folder, case.root)
    return _folder_said(case) or ""


def _changed(case: Case) -> list[str]:
    return [os.path.normpath(os.path.join(case.cwd, to)) for to in _CHANGED.findall(case.result.command)]


def _within(folder: str, root: str) -> str:
    return "" if folder == root else folder[len(root) + 1 :]


def _folder_said(case: Case) -> str | None:
    """Return the folder of the package that the output names last, or that holds a file it points at."""
    for folder in reversed(_SAID.findall(case.output)):
        if (folder == case.root or folder.startswith(f"{case.root}/")) and os.path.isfile(f"{folder}/Cargo.toml"):
            return _within(os.path.normpath(folder), case.root)
    for file in _PLACE.findall(case.output):
        place = case.resolve(file)
        for above in _upwards(os.path.dirname(os.path.join(case.root, place)), case.root) if place else ():
            if os.path.isfile(os.path.join(above, "Cargo.toml")):
                return _within(above, case.root)
    return None


def _rustc(case: Case, words: list[str], environ: dict[str, str]) -> Asked | None:
    out = []
    rest = iter(words)
    for word in rest:
        if word in ("-o", "--out-dir", "--emit", "--error-format", "--color"):
            next(rest, "")
        elif not word.startswith(("--out-dir=", "--emit=", "--error-format=", "--color=", "--json", "-o")):
            out.append(word)
    if not any(word.endswith(".rs") for word in out):
        return None
    folder = next(
        (f for f in (case.cwd, *_changed(case)) if all(_there(f, w) for w in out if w.endswith(".rs"))), case.cwd
    )
    return Asked(argv=out, cwd=_within(folder, case.root), environ=environ, tool="rustc")


def _there(folder: str, word: str) -> bool:
    return os.path.isfile(os.path.join(folder, word))
