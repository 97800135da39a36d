"""How a fetched package becomes a project with a history, a command that passes and tests that pass."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tomllib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import store

IGNORED = """__pycache__/
*.pyc
.pytest_cache/
.ruff_cache/
.mypy_cache/
.hypothesis/
*.egg-info/
.venv/
node_modules/
target/
"""
PYTEST_INI = "[pytest]\n"
ASYNC_INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
SLOW = 5.0
"""Seconds of CPU that a test file may take, measured."""
MOST_TESTS, MOST_TRIES = 8, 12


def begin(root: Path, *ignored: str) -> None:
    """Start the project's history with all its files."""
    (root / ".gitignore").write_text(IGNORED + "".join(f"{line}\n" for line in ignored))
    for argv in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "begin"]):
        subprocess.run(["git", *argv], cwd=root, env=store.environment(), check=True, capture_output=True)


def _copy(source: Path, where: Path, *left_out: str) -> None:
    shutil.copytree(
        source, where, ignore=shutil.ignore_patterns(".git", ".github", ".gitignore", *left_out), symlinks=True
    )
    for path in [where, *where.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _run(argv: list[str], root: Path, timeout: float = 240, **environ: str) -> subprocess.CompletedProcess[str]:
    return store.call(argv, cwd=root, timeout=timeout, **{**store.environment(), **environ})


# ---------------------------------------------------------------- Python


def python(name: str, where: Path) -> dict[str, Any]:
    """A package from PyPI with those of its tests that pass here quickly, and which lines each of them runs."""
    entry = store.catalog()["python"]["packages"][name]
    base = store.catalog()["python"]["async" if entry.get("async") else "plain"]
    names = [*base, *entry.get("needs", ())]
    _copy(store.sdist(name, entry["version"]), where, "docs", "doc", "benchmarks", "*.egg-info", "PKG-INFO")
    top = (
        "src"
        if (where / "src" / entry["module"]).exists() or (where / "src" / f"{entry['module']}.py").exists()
        else ""
    )
    (where / "pytest.ini").write_text(ASYNC_INI if entry.get("async") else PYTEST_INI)
    measure = store.profile([*names, "coverage"])
    tests = _measured(where, top, entry, measure)
    if not tests:
        raise store.Unavailable("none of its tests pass here")
    begin(where)
    quick = sorted(tests, key=lambda test: tests[test]["seconds"])
    return {
        "module": entry["module"],
        "top": top,
        "venv": names,
        "tests": tests,
        "test_command": ["python", "-m", "pytest", "-q", *sorted(quick)],
    }


def _measured(root: Path, top: str, entry: dict[str, Any], venv: Path) -> dict[str, Any]:
    store.say(f"measuring the tests of {entry['module']}")
    found: dict[str, Any] = {}
    folder = root / entry["tests"]
    tests = [path for path in folder.rglob("*.py") if re.match(r"test_.*\.py|.*_test\.py|.*_tests\.py", path.name)]
    tests.sort(
        key=lambda path: (zlib.crc32(path.name.encode()), path)
    )  # some of all sizes, the same ones on every machine
    data, answer = root.with_suffix(".coverage"), root.with_suffix(".lines")
    python, path = str(venv / "bin/python"), str(root / top)
    for number, test in enumerate(tests):
        relative = os.path.relpath(test, root)
        if len(found) < MOST_TESTS and number < MOST_TRIES:
            began = _cpu()
            argv = [
                python,
                "-m",
                "coverage",
                "run",
                f"--data-file={data}",
                f"--source={path}",
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                relative,
            ]
            done = _run(argv, root, 90, PYTHONPATH=path)
            seconds = _cpu() - began
            if done.returncode == 0 and seconds < SLOW and " passed" in done.stdout:
                _run([python, "-m", "coverage", "json", f"--data-file={data}", "-o", str(answer)], root)
                files = store.json_of(answer).get("files", {})
                lines = {
                    os.path.relpath(root / name, root): seen["executed_lines"]
                    for name, seen in files.items()
                    if seen["executed_lines"]
                }
                found[relative] = {"seconds": round(seconds, 2), "lines": lines}
                continue
        test.unlink()
    data.unlink(missing_ok=True)
    answer.unlink(missing_ok=True)
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def depends(name: str, where: Path) -> dict[str, Any]:
    """A package from PyPI for cases about its dependencies: its wheel's requirements all installed."""
    entry = store.catalog()["depends"][name]
    _copy(
        store.sdist(name, entry["version"]), where, "docs", "doc", "tests", "test", "examples", "*.egg-info", "PKG-INFO"
    )
    top = "src" if (where / "src" / entry["module"]).exists() else ""
    venv = store.profile(["pip", f"{name}=={entry['version']}"])
    site = next((venv / "lib").glob("python*")) / "site-packages"
    code = (
        "import importlib.metadata as m, json, sys; from packaging.requirements import Requirement as R;"
        "print(json.dumps([[str(R(t).name), str(R(t).specifier)] for t in m.requires(sys.argv[1]) or [] if not R(t).marker or R(t).marker.evaluate({'extra': ''})]))"
    )
    asked = store.call([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(site)!r});{code}", name])
    if asked.returncode:
        raise store.Unavailable(asked.stderr[-200:])
    requires = json.loads(asked.stdout)
    if not requires:
        raise store.Unavailable("it needs nothing")
    begin(where)
    return {
        "module": entry["module"],
        "top": top,
        "venv": ["pip", f"{name}=={entry['version']}"],
        "requires": requires,
        "dist": name,
    }


# ---------------------------------------------------------------- JavaScript


def npm(name: str, where: Path) -> dict[str, Any]:
    """A package from npm with a short test of our own that uses it."""
    entry = store.catalog()["npm"][name]
    _copy(store.npm_package(name, entry["version"]), where, "dist/*.min.*", "*.map", "*.min.js")
    if moved := entry.get("moved"):  # what is written by hand does not lie in a folder for build output
        (where / moved[0]).rename(where / moved[1])
        manifest = where / "package.json"
        manifest.write_text(manifest.read_text().replace(f"{moved[0]}/", f"{moved[1]}/"))
    smoke = store.HERE / "smoke" / f"{name}.mjs"
    if not smoke.exists():
        raise store.Unavailable("no test for it")
    (where / "test").mkdir(exist_ok=True)
    shutil.copy(smoke, where / "test" / "smoke.mjs")
    manifest = json.loads((where / "package.json").read_text())
    manifest["scripts"] = {"test": "node test/smoke.mjs"}
    manifest.pop("devDependencies", None)
    (where / "package.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    if manifest.get("dependencies"):
        cached = str(store.cache() / "npm-cache")
        done = store.call(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--omit=dev"], cwd=where, npm_config_cache=cached
        )
        if done.returncode:
            raise store.Unavailable(done.stderr[-200:])
    done = _run(["node", "test/smoke.mjs"], where)
    if done.returncode:
        raise store.Unavailable(f"its test fails: {done.stderr[-300:]}")
    begin(where)
    return {"command": ["node", "test/smoke.mjs"], "test_command": ["node", "test/smoke.mjs"], "esm": entry["esm"]}


TSCONFIG = {
    "compilerOptions": {
        "target": "es2022", "module": "nodenext", "moduleResolution": "nodenext", "strict": True, "noEmit": True, "skipLibCheck": True,
        "types": ["node"],
    },
    "include": ["src"],
}  # fmt: skip


def typescript(name: str, where: Path) -> dict[str, Any]:
    """The TypeScript sources that an npm package ships, under tsc; the module kind that they were written for is tried out."""
    entry = store.catalog()["typescript"][name]
    source = store.npm_package(name, entry["version"])
    if not (source / "src").is_dir():
        raise store.Unavailable("it ships no sources")
    _copy(source, where, "dist", "*.map", "es", "*.spec.ts", "__fixtures__", "*.d.ts", "testing", "ajax")
    manifest = json.loads((where / "package.json").read_text())
    kept = {key: manifest[key] for key in ("name", "version", "type", "license") if key in manifest}
    kept |= {
        "private": True,
        "scripts": {"check": "tsc -p ."},
        "devDependencies": {"typescript": "^5", "@types/node": "^20"},
    }
    (where / "package.json").write_text(json.dumps(kept, indent=2) + "\n")
    tools = store.node_tools()
    os.symlink(tools, where / "node_modules")
    try:
        for module, resolution, lib in (
            ("nodenext", "nodenext", False),
            ("esnext", "bundler", False),
            ("esnext", "bundler", True),
        ):
            config = json.loads(json.dumps(TSCONFIG))
            config["compilerOptions"].update(module=module, moduleResolution=resolution)
            if lib:
                config["compilerOptions"].update(strict=False, lib=["es2022", "dom"])
            (where / "tsconfig.json").write_text(json.dumps(config, indent=2) + "\n")
            done = _run(["node", "node_modules/typescript/bin/tsc", "-p", "."], where)
            if done.returncode == 0:
                break
        else:
            raise store.Unavailable(f"tsc does not pass: {done.stdout[:300]}")
    finally:
        os.unlink(where / "node_modules")
    begin(where)
    return {"command": ["npx", "tsc", "-p", "."], "test_command": ["npx", "tsc", "-p", "."], "tools": True}


# ---------------------------------------------------------------- Rust and C


def rust(name: str, where: Path) -> dict[str, Any]:
    """A crate without its dependencies: what of it builds with the standard library alone, and its tests if they do."""
    _copy(
        store.crate(name),
        where,
        "debian",
        "benches",
        "examples",
        "Cargo.lock",
        ".cargo*",
        "Cargo.toml.orig",
        "*.sh",
        "fuzz",
    )
    old = tomllib.loads((where / "Cargo.toml").read_text())
    package, features = old["package"], old.get("features", {})
    lines = [
        f'[package]\nname = "{package["name"]}"\nversion = "{package["version"]}"\nedition = "{package.get("edition", "2015")}"\n'
    ]
    kept = {key: [dep for dep in value if dep in features] for key, value in features.items()}
    if kept:
        lines.append(
            "[features]\n" + "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in kept.items())
        )
    if old.get("lib", {}).get("path"):
        lines.append(f'[lib]\npath = "{old["lib"]["path"]}"\n')
    (where / "Cargo.toml").write_text("\n".join(lines))
    tested = _run(["cargo", "test", "--offline", "-q"], where)
    if tested.returncode and (where / "tests").is_dir():
        shutil.rmtree(where / "tests")
        tested = _run(["cargo", "test", "--offline", "-q"], where)
    command = ["cargo", "test", "--offline", "-q"]
    if tested.returncode:
        tested, command = _run(["cargo", "test", "--offline", "-q", "--lib"], where), [*command, "--lib"]
    checked = _run(["cargo", "check", "--offline"], where)
    shutil.rmtree(where / "target", ignore_errors=True)
    if checked.returncode:
        raise store.Unavailable(f"cargo check: {checked.stderr[-300:]}")
    begin(where)
    return {"command": ["cargo", "check"], "test_command": [] if tested.returncode else command}


def c(name: str, where: Path) -> dict[str, Any]:
    """A C project with its Makefile; what its build leaves is ignored by git."""
    entry = store.catalog()["c"][name]
    _copy(store.c_source(name), where, "doc", "docs")
    begin(where)
    built = _run(entry["command"], where)
    if built.returncode:
        raise store.Unavailable(f"its build fails: {built.stderr[-300:]}")
    made = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"], cwd=where, capture_output=True, text=True, check=True
    )
    changed = subprocess.run(["git", "diff", "--name-only"], cwd=where, capture_output=True, text=True, check=True)
    if changed.stdout:
        raise store.Unavailable(f"its build changes {changed.stdout.split()[0]}")
    subprocess.run(["git", "clean", "-fdxq"], cwd=where, check=True)
    shutil.rmtree(where / ".git")
    begin(where, "*.o", "*.a", "*.so", *(f"/{line}" for line in made.stdout.splitlines()))
    return {"command": entry["command"], "test_command": entry.get("test", [])}


def small(name: str, where: Path) -> dict[str, Any]:
    """One of our own projects."""
    source = store.HERE / "small" / name
    notes = json.loads((source / "bench.json").read_text())
    _copy(source, where, "bench.json", "target", "build")
    if notes.get("install"):
        done = store.call(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"],
            cwd=where,
            npm_config_cache=str(store.cache() / "npm-cache"),
        )
        if done.returncode:
            raise store.Unavailable(done.stderr[-200:])
    begin(where, *notes.get("ignored", ()))
    return dict(notes)


MAKERS: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "python": python, "depends": depends, "npm": npm, "typescript": typescript, "rust": rust, "c": c, "small": small,
}  # fmt: skip
