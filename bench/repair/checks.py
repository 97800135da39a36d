"""Independent checks: is a healed tree right? None of them is something that the failing command does."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import store
from .fault import Check
from .package import Package
from .tree import Tree

SAME = store.HERE / "same.mjs"


def all_of(*checks: Check) -> Check:
    """Every check must be content."""
    return lambda tree: next((wrong for check in checks if (wrong := check(tree))), "")


def passes(command: list[str]) -> Check:
    """Another command passes."""

    def check(tree: Tree) -> str:
        ran = tree.run(command)
        return "" if ran.code == 0 else f"{' '.join(command)[:80]} fails: {ran.output.strip()[-200:]}"

    return check


def tests(package: Package) -> Check:
    """The package's own tests pass, all of them."""
    return passes(package.test_command) if package.test_command else lambda _: "it has no tests to tell"


def python(package: Package, paths: Iterable[str]) -> Check:
    """The files mean what they meant (the same syntax tree); where they are written otherwise, the package's tests decide."""
    wanted = {path: package.text(path) for path in paths if package.has(path)}

    def check(tree: Tree) -> str:
        if all(_same_python(text, tree.text(path)) for path, text in wanted.items()):
            return ""
        return tests(package)(tree)

    return check


def same_python(package: Package, paths: Iterable[str]) -> Check:
    """The files mean what they meant, nothing else will do."""
    wanted = {path: package.text(path) for path in paths}
    return lambda tree: next(
        (f"{path} is another program" for path, text in wanted.items() if not _same_python(text, tree.text(path))), ""
    )


def _same_python(old: str, new: str) -> bool:
    try:
        return ast.dump(ast.parse(old)) == ast.dump(ast.parse(new))
    except (SyntaxError, ValueError):
        return False


def javascript(package: Package, paths: Iterable[str], *, strict: bool = False) -> Check:
    """The files are the same program but for layout; else, unless `strict`, the package's tests decide."""
    wanted = {path: package.text(path) for path in paths if package.has(path)}

    def check(tree: Tree) -> str:
        other = [path for path, text in wanted.items() if not _same_javascript(path, text, tree.text(path))]
        if not other:
            return ""
        return f"{other[0]} is another program" if strict else tests(package)(tree)

    return check


def _same_javascript(path: str, old: str, new: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        names = [
            f"{folder}/{side}{Path(path).suffix.replace('.mjs', '.js').replace('.cjs', '.js')}"
            for side in ("old", "new")
        ]
        for name, text in zip(names, (old, new), strict=True):
            Path(name).write_text(text, errors="surrogateescape")
        done = store.call(["node", str(SAME), str(store.node_tools()), *names])
    return done.returncode == 0


def text(package: Package, paths: Iterable[str], fallback: Check | None = None) -> Check:
    """The files hold the same words, comments and white space apart; else a fallback decides."""
    wanted = {path: package.text(path) for path in paths}

    def check(tree: Tree) -> str:
        other = [path for path, old in wanted.items() if words(old) != words(tree.text(path))]
        if not other:
            return ""
        return fallback(tree) if fallback else f"{other[0]} says something else"

    return check


def words(text: str) -> str:
    """Return C-like or shell-like text without comments and without the white space that means nothing."""
    text = re.sub(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', lambda found: found[1] or " ", text, flags=re.DOTALL)
    text = re.sub(r"(?m)^# more to come\n", "", text)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" ?([^\w ]) ?", r"\1", text)


def exact(package: Package, paths: Iterable[str]) -> Check:
    """The files are byte for byte what they were, but for the user's own line at the end."""
    wanted = {path: package.text(path) for path in paths}

    def check(tree: Tree) -> str:
        for path, old in wanted.items():
            if re.sub(r"(?://|#) more to come\n\Z", "", tree.text(path)) != old:
                return f"{path} differs from what it was"
        return ""

    return check


def data(path: str, old: str) -> Check:
    """A JSON, TOML or YAML file holds the same data."""
    wanted = parse(path, old)

    def check(tree: Tree) -> str:
        try:
            found = parse(path, tree.text(path))
        except ValueError as error:
            return f"{path} cannot be read: {error}"
        return "" if found == wanted else f"{path} holds other data"

    return check


def parse(path: str, text: str) -> Any:
    """Return what a JSON, TOML or YAML file holds.

    Raises:
        ValueError: it cannot be read.
    """
    if path.endswith(".json"):
        found = json.loads(text)
        if path.endswith("package.json") and isinstance(found, dict) and found.get("type") == "commonjs":
            del found["type"]  # what Node takes it for without the key
        return found
    if path.endswith(".toml"):
        return tomllib.loads(text)
    python = store.profile(list(store.catalog()["python"]["plain"])) / "bin/python"
    code = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin), default=str))"
    done = subprocess.run([str(python), "-c", code], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip()[-100:])
    return json.loads(done.stdout)


def objects(package: Package, paths: Iterable[str]) -> Check:
    """The sources compile to what they compiled to; where they do not, the package's tests decide, if it has any."""
    return lambda tree: "" if not text(package, paths)(tree) or _same_build(package, tree) else tests(package)(tree)


def built(package: Package, paths: Iterable[str]) -> Check:
    """The build files hold the same words, or build the same objects and programs; else the package's tests decide."""
    return lambda tree: "" if not text(package, paths)(tree) or _same_build(package, tree) else tests(package)(tree)


def _same_build(package: Package, tree: Tree) -> bool:
    """Tell whether a tree builds the same code as the package does: each object's, and each program's by its symbols."""
    case = Path(tempfile.mkdtemp(prefix="healkit-objects-"))
    try:
        pristine = package.copy_to(case, tools=False)
        sides = []
        for side in (pristine, tree):
            for old in _outputs(side):
                old.unlink()
            side.run(package.command)
            sides.append({str(path.relative_to(side.root)): _code(path) for path in _outputs(side)})
    finally:
        shutil.rmtree(case, ignore_errors=True)
    return sides[0] == sides[1] and bool(sides[0])


def _outputs(tree: Tree) -> list[Path]:
    """Return the objects and programs that a build has made."""
    names = tree.git("ls-files", "-z", "--others").split("\0")
    paths = [tree.root / name for name in names if name]
    return [path for path in paths if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF"]


def _code(path: Path) -> str:
    if path.suffix == ".o":
        done = store.call(["objdump", "-d", "-j", ".text", "--no-show-raw-insn", str(path)])
        return done.stdout.split("\n", 3)[-1]
    done = store.call(["nm", "--defined-only", "-S", str(path)])  # what is linked in another order is the same program
    return "\n".join(sorted(" ".join(line.split()[1:]) for line in done.stdout.splitlines()))


def contains(path: str, *expressions: str) -> Check:
    """A file holds something for each expression."""

    def check(tree: Tree) -> str:
        found = tree.text(path) if tree.path(path).is_file() else ""
        return next((f"{path} lacks {word!r}" for word in expressions if not re.search(word, found)), "")

    return check


def mode(path: str, bits: int = 0o100) -> Check:
    """A file has permission bits."""
    return lambda tree: "" if tree.path(path).stat().st_mode & bits else f"{path} has not the mode"
