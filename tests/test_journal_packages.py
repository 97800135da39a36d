"""Package environments and the journal: a real pip in a project's venv, a real npm; what is installed is taken back."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from healkit import journal
from healkit.journal import Refused, node, python
from healkit.journal.tree import Tree
from healkit.records import Run

NEEDS_NPM = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


def wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            file.writestr(path, text)


@pytest.fixture(scope="module")
def made_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("venv") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    return place


@pytest.fixture
def project(tmp_path: Path, made_venv: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    shutil.copytree(made_venv, root / ".venv", symlinks=True)
    for name, version in (("heal_one", "1.0"), ("heal_one", "2.0"), ("heal_two", "1.0")):
        wheel(tmp_path / "wheels", name, version)
    return root


def pip(project: Path, *words: str) -> Run:
    interpreter = str(project / ".venv/bin/python")
    links = ("--no-index", "--find-links", str(project.parent / "wheels"), "--disable-pip-version-check")
    argv = (interpreter, "-m", "pip", *words, *(links if words[0] == "install" else ()))
    return Run(argv=argv, manager="pip", environment=interpreter)


def installed(project: Path) -> dict[str, str]:
    held = Tree(str(project))
    try:
        found = python.installed(held, ".venv")
    finally:
        held.close()
    assert found is not None
    told = subprocess.run(
        [project / ".venv/bin/python", "-I", "-m", "pip", "list", "--format=json"], capture_output=True, check=True
    )
    assert {one["name"].replace("_", "-"): one["version"] for one in json.loads(told.stdout)} == found
    return {name: version for name, version in found.items() if name.startswith("heal")}


def test_what_pip_installed_is_uninstalled(project: Path) -> None:
    (project / "pip.py").write_text("raise SystemExit('the project has a pip.py of its own')\n")
    with journal.open_journal(str(project)) as opened:
        transaction = opened.begin("pytest")
        (project / "pip.py").rename(project / "pip_.py")  # the fixer's own command would stumble over it
        assert transaction.run(pip(project, "install", "heal_one", "heal_two"), "install", 120)[1].exit_code == 0
        assert installed(project) == {"heal-one": "2.0", "heal-two": "1.0"}
        (project / "pip_.py").rename(project / "pip.py")
        assert transaction.take_back() == []
    (project / "pip.py").unlink()
    assert installed(project) == {}


def test_an_upgrade_is_undone_later_but_not_what_somebody_did_since(project: Path) -> None:
    subprocess.run([*pip(project, "install", "heal_one==1.0").argv], check=True, capture_output=True)
    with journal.open_journal(str(project)) as opened:
        transaction = opened.begin("pytest")
        transaction.run(pip(project, "install", "-U", "heal_one", "heal_two"), "upgrade", 120)
        transaction.keep()
    assert installed(project) == {"heal-one": "2.0", "heal-two": "1.0"}
    subprocess.run([*pip(project, "uninstall", "-y", "heal_two").argv], check=True, capture_output=True)
    assert journal.undo(str(project)).left == ()
    assert installed(project) == {"heal-one": "1.0"}


def test_a_package_that_cannot_come_back_is_said(project: Path) -> None:
    subprocess.run([*pip(project, "install", "heal_one==1.0").argv], check=True, capture_output=True)
    with journal.open_journal(str(project)) as opened:
        transaction = opened.begin("pytest")
        transaction.run(pip(project, "install", "-U", "heal_one"), "upgrade", 120)
        shutil.rmtree(project.parent / "wheels")
        left = transaction.take_back()
    assert [(one.path, one.why, one.kept) for one in left] == [
        (".venv: heal-one", "its manager could not put it back", "1.0")
    ]


def test_an_install_that_was_killed_is_settled(project: Path) -> None:
    code = (
        "import os, sys; from healkit import journal, child; from healkit.records import Run\n"
        "real = child.run\n"
        "def run(*words, **more):\n"
        "    real(*words, **more); os.kill(os.getpid(), 9)\n"
        "child.run = run\n"
        "t = journal.open_journal(sys.argv[1]).begin('pytest')\n"
        "t.run(Run(argv=sys.argv[3:], manager='pip', environment=sys.argv[2]), 'install', 60)"
    )
    run = pip(project, "install", "heal_two")
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    words = [sys.executable, "-c", code, str(project), run.environment, *run.argv]
    assert subprocess.run(words, env=environ, check=False).returncode == -signal.SIGKILL
    assert installed(project) == {"heal-two": "1.0"}
    assert journal.settle(str(project))[0].left == ()
    assert installed(project) == {}


def test_an_environment_that_a_program_made_goes_whole(tmp_path: Path) -> None:
    interpreter = str(tmp_path / ".venv/bin/python")
    with journal.open_journal(str(tmp_path)) as opened:
        transaction = opened.begin("pytest")
        make = Run(argv=(sys.executable, "-m", "venv", "--without-pip", ".venv"), manager="uv", environment=interpreter)
        transaction.run(make, "venv", 60)
        assert Path(interpreter).exists()
        assert transaction.take_back() == []
    assert os.listdir(tmp_path) == []


def test_somebody_elses_environment_is_refused(project: Path, tmp_path: Path) -> None:
    (project / ".venv").rename(tmp_path / "elsewhere")
    (project / ".venv").symlink_to(tmp_path / "elsewhere")
    with journal.open_journal(str(project)) as opened, pytest.raises(Refused):
        opened.begin("pytest").run(pip(project, "install", "heal_two"), "install", 60)


def test_where_packages_came_from_is_kept_without_passwords() -> None:
    words = [
        "pip",
        "install",
        "-i",
        "https://user:secret@example.org/simple",
        "--no-index",
        "--find-links=/wheels",
        "-f",
        "/more",
        "one",
    ]
    assert python.words_again(words) == ["--no-index", "--find-links", "/wheels", "-f", "/more"]


# --- npm ---


def tarball(folder: Path, name: str, version: str, **more: object) -> str:
    data = json.dumps({"name": name, "version": version, "bin": {name.split("/")[-1]: "x.js"}, **more}).encode()
    path = folder / f"{name.replace('/', '-').strip('@')}-{version}.tgz"
    with tarfile.open(path, "w:gz") as file:
        for member, text in (("package/package.json", data), ("package/x.js", b"#!/usr/bin/env node\n")):
            info = tarfile.TarInfo(member)
            info.size, info.mode = len(text), 0o755
            file.addfile(info, io.BytesIO(text))
    return str(path)


def npm(root: Path, *words: str) -> Run:
    argv = ("npm", "install", "--offline", "--no-audit", "--no-fund", *words)
    return Run(argv=argv, touches=("package.json", "package-lock.json"), manager="npm", environment=str(root))


def everything(root: Path) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            path = Path(folder, name)
            found[str(path.relative_to(root))] = (
                f"link to {os.readlink(path)}"
                if path.is_symlink()
                else path.read_bytes()
                if path.is_file()
                else "folder"
            )
    return found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    root.mkdir()
    (root / "package.json").write_text('{"name": "app", "version": "1.0.0"}\n')
    return root


@NEEDS_NPM
def test_what_npm_installed_goes_with_the_folder_that_it_made(package: Path) -> None:
    was = everything(package)
    with journal.open_journal(str(package)) as opened:
        transaction = opened.begin("node app.js")
        ran = transaction.run(npm(package, tarball(package.parent, "one", "1.0.0")), "install", 120)[1]
        assert ran.exit_code == 0, ran.text
        assert (package / "node_modules/one/package.json").exists()
        assert transaction.take_back() == []
    assert everything(package) == was


@NEEDS_NPM
def test_what_npm_added_to_a_folder_goes_and_the_rest_stays(package: Path) -> None:
    local = package / "local"
    local.mkdir()
    (local / "package.json").write_text('{"name": "local", "version": "1.0.0"}')
    first = (tarball(package.parent, "one", "1.0.0"), "./local")
    subprocess.run([*npm(package, *first).argv], cwd=package, check=True, capture_output=True)
    (package / "node_modules/by-hand").mkdir()
    (package / "node_modules/by-hand/package.json").write_text('{"name": "by-hand", "version": "0.0.1"}')
    was = everything(package)
    with journal.open_journal(str(package)) as opened:
        transaction = opened.begin("node app.js")
        more = (tarball(package.parent, "@scope/two", "2.0.0"), tarball(package.parent, "three", "1.0.0"))
        ran = transaction.run(npm(package, "--no-prune", *more), "install", 120)[1]
        assert ran.exit_code == 0, ran.text
        assert (package / "node_modules/@scope/two/package.json").exists()
        (package / "node_modules/by-hand").mkdir(exist_ok=True)  # npm takes away what nobody declares
        (package / "node_modules/by-hand/package.json").write_text('{"name": "by-hand", "version": "0.0.1"}')
        assert transaction.take_back() == []
    assert everything(package) == was


@NEEDS_NPM
def test_a_package_that_npm_changed_comes_back(package: Path) -> None:
    old, new = (tarball(package.parent, "one", version) for version in ("1.0.0", "2.0.0"))
    subprocess.run([*npm(package, old).argv], cwd=package, check=True, capture_output=True)
    was = everything(package)
    with journal.open_journal(str(package)) as opened:
        transaction = opened.begin("node app.js")
        transaction.run(npm(package, new), "install", 120)
        assert json.loads((package / "node_modules/one/package.json").read_text())["version"] == "2.0.0"
        assert transaction.take_back() == []
    assert everything(package) == was


def test_a_node_modules_that_is_a_link_is_refused_and_none_is_followed(tmp_path: Path, package: Path) -> None:
    target = tmp_path / "target"
    (target / "inner").mkdir(parents=True)
    (target / "inner/package.json").write_text("{}")
    (package / "node_modules").symlink_to(target)
    with journal.open_journal(str(package)) as opened:
        transaction = opened.begin("node app.js")
        with pytest.raises(Refused):
            transaction.run(npm(package, "x"), "install", 5)
        (package / "node_modules").unlink()
        (package / "node_modules").mkdir()
        link = Run(argv=("sh", "-c", f"ln -s '{target}' node_modules/linked"), manager="npm", environment=str(package))
        transaction.run(link, "link", 5)
        assert transaction.take_back() == []
    assert os.listdir(package / "node_modules") == []
    assert (target / "inner/package.json").exists()


def test_a_removal_that_was_killed_is_finished(package: Path) -> None:
    code = (
        "import os, sys; from healkit import journal; from healkit.journal import seam; from healkit.records import Run\n"
        "shell = 'mkdir -p node_modules/a node_modules/b; echo {} > node_modules/a/package.json'\n"
        "journal_ = journal.open_journal(sys.argv[1]); t = journal_.begin('x')\n"
        "t.run(Run(argv=('sh', '-c', shell), manager='npm', environment=sys.argv[1]), 'x', 60)\n"
        "seam.checkpoint = lambda name: os.kill(os.getpid(), 9) if name == sys.argv[2] else None\n"
        "t.take_back()"
    )
    was = everything(package)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for moment in ("about to remove", "moved aside", "removed"):
        words = [sys.executable, "-c", code, str(package), moment]
        assert subprocess.run(words, env=environ, check=False).returncode == -signal.SIGKILL
        assert journal.settle(str(package))[0].left == ()
        assert everything(package) == was


def test_a_list_reads_scopes_links_and_two_levels(package: Path) -> None:
    for path, name in (("a", "a"), ("@s/b", "@s/b"), ("a/node_modules/c", "c"), (".pnpm/x@1.0.0", "x")):
        (package / "node_modules" / path).mkdir(parents=True)
        (package / "node_modules" / path / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"}))
    (package / "node_modules/broken").mkdir()
    (package / "node_modules/broken/package.json").write_text("[1")
    (package / "node_modules/d").symlink_to("../local")
    held = Tree(str(package))
    assert node.installed(held, "node_modules") == {
        ".pnpm/x@1.0.0": "there", "@s/b": "@s/b@1.0.0", "a": "a@1.0.0", "a/node_modules/c": "c@1.0.0", "broken": "@", "d": "link:../local",
    }  # fmt: skip
    held.close()
