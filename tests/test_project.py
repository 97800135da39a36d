"""Project facts: managers, environment, declared and installed names, staleness; never running anything, never failing."""

from __future__ import annotations

import json
import marshal
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import paths, project
from healkit.project.declaring import distribution
from healkit.records import HealkitError

ROOT = str(Path(__file__).resolve().parents[1])


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "healkit"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "a project's").mkdir()
    return tmp_path / "a project's"


def fill(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_an_empty_folder(root: Path) -> None:
    facts = project.refresh(str(root))
    assert facts["managers"] == facts["install"] == facts["add"] == {}
    assert (facts["env"], facts["site"], facts["modules"], facts["notes"]) == ("", [], [], [])
    assert facts["declared"] == {"python": {}, "node": {}, "rust": {}, "go": {}}


def test_what_is_written_is_what_is_returned(root: Path) -> None:
    fill(root, {"pyproject.toml": "[project]\nname='x'\ndependencies=['Requests>=2']\n"})
    facts = project.refresh(str(root))
    folder = Path(paths.project_state(str(root)))
    assert marshal.loads((folder / "facts").read_bytes()) == facts
    assert (folder / "root").read_text() == f"{root}\n"
    assert marshal.loads((folder / "policy").read_bytes())["mode"] == "suggest"
    assert facts["version"] == 1
    assert facts["root"] == str(root)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


PIP = "python -m pip install {package}"
COMMANDS = {
    "uv": ("uv sync", "uv pip install {package}", "uv add {package}"),
    "poetry": ("poetry install", "poetry run pip install {package}", "poetry add {package}"),
    "pdm": ("pdm install", "pdm run pip install {package}", "pdm add {package}"),
    "pipenv": ("pipenv install", "pipenv run pip install {package}", "pipenv install {package}"),
    "pip -r": ("python -m pip install -r requirements.txt", PIP, None),
    "pip -e": ("python -m pip install -e .", PIP, None),
}


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        ({"uv.lock": "", "pyproject.toml": "[project]\n"}, "uv"),
        ({"pyproject.toml": "[tool.uv]\ndev-dependencies = []\n"}, "uv"),
        ({"poetry.lock": "", "pyproject.toml": "[project]\n"}, "poetry"),
        ({"pyproject.toml": "[tool.poetry]\nname='x'\n"}, "poetry"),
        ({"pdm.lock": ""}, "pdm"),
        ({"Pipfile": ""}, "pipenv"),
        ({"requirements.txt": "x"}, "pip -r"),
        ({"pyproject.toml": "[project]\nname='x'\n"}, "pip -e"),
        ({"setup.py": "raise SystemExit"}, "pip -e"),
    ],
)
def test_python_managers(root: Path, files: dict[str, str], manager: str) -> None:
    fill(root, files)
    facts = project.examine(str(root))
    install, add, declare = COMMANDS[manager]
    assert facts["managers"] == {"python": manager.partition(" ")[0]}
    assert (facts["install"]["python"], facts["add"]["python"], facts["declare"].get("python")) == (
        install,
        add,
        declare,
    )


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        ({}, "npm"),
        ({"package-lock.json": "{}"}, "npm"),
        ({"pnpm-lock.yaml": ""}, "pnpm"),
        ({"yarn.lock": ""}, "yarn"),
        ({"bun.lockb": ""}, "bun"),
        ({"package.json": '{"packageManager": "pnpm@9.1.0"}', "package-lock.json": "{}"}, "pnpm"),
    ],
)
def test_node_managers(root: Path, files: dict[str, str], manager: str) -> None:
    fill(root, {"package.json": "{}", **files})
    facts = project.examine(str(root))
    assert facts["managers"] == {"node": manager}
    assert facts["install"] == {"node": f"{manager} install"}


def test_cargo_and_go(root: Path) -> None:
    cargo = "[dependencies]\nserde = '1'\n[dev-dependencies]\ninsta = {version='1'}\n[target.'cfg(unix)'.dependencies]\nnix='0'\n"
    go = "module x\ngo 1.22\nrequire github.com/a/b v1.0.0 // indirect\nrequire (\n\tgolang.org/x/net v0.1.0\n\t// none\n)\n"
    fill(root, {"Cargo.toml": cargo, "go.mod": go, "go.sum": ""})
    facts = project.examine(str(root))
    assert facts["managers"] == {"rust": "cargo", "go": "go"}
    assert facts["declared"]["rust"] == {
        "serde": "Cargo.toml",
        "nix": "Cargo.toml",
        "insta": "Cargo.toml (dev-dependencies)",
    }
    assert facts["declared"]["go"] == {"github.com/a/b": "go.mod", "golang.org/x/net": "go.mod"}
    assert facts["locks"] == {"go": "go.sum"}


PYPROJECT = """
[project]
name = "x"
dependencies = ["Requests[socks]>=2; python_version > '3'", "typing_extensions", "ruamel.yaml @ https://x.example/r", " -bad", 3]
[project.optional-dependencies]
web = ["flask", "requests"]
"x; rm -rf ~" = ["evil"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff", {include-group = "dev"}]
docs = ["sphinx"]
"""


def test_pyproject_tables(root: Path) -> None:
    fill(root, {"pyproject.toml": PYPROJECT, "uv.lock": ""})
    facts = project.examine(str(root))
    assert facts["declared"]["python"] == {
        "requests": "pyproject.toml",
        "typing-extensions": "pyproject.toml",
        "ruamel-yaml": "pyproject.toml",
        "pytest": "pyproject.toml (group dev)",
        "ruff": "pyproject.toml (group dev)",
        "sphinx": "pyproject.toml (group docs)",
        "flask": "pyproject.toml (extra web)",
    }
    assert facts["how"]["python"] == {"sphinx": "uv sync --group docs", "flask": "uv sync --extra web"}


def test_poetry_tables(root: Path) -> None:
    text = "[tool.poetry.dependencies]\npython='^3.11'\nDjango='*'\n[tool.poetry.group.test]\noptional=true\n"
    text += "[tool.poetry.group.test.dependencies]\npytest='*'\n[tool.poetry.group.dev.dependencies]\nruff='*'\n"
    fill(root, {"pyproject.toml": text})
    facts = project.examine(str(root))
    where = {"django": "pyproject.toml", "pytest": "pyproject.toml (group test)", "ruff": "pyproject.toml (group dev)"}
    assert facts["declared"]["python"] == where
    assert facts["how"]["python"] == {"pytest": "poetry install --with test"}


def test_requirements_and_what_they_include(root: Path) -> None:
    fill(
        root,
        {
            "requirements.txt": "-r base.txt\n--index-url https://x.example\nFoo.Bar==1 \\\n  --hash=sha256:ab\n# no\n./local\n",
            "base.txt": "base_one\n-r requirements.txt\n-c limits.txt\n-r ../outside.txt\ngit+https://x.example/y#egg=egg_one\n",
            "limits.txt": "limited",
            "requirements-dev.txt": "-r requirements.txt\npytest # the runner\n",
            "requirements/test.txt": "hypothesis\n-r more.in\n",
            "requirements/more.in": "deep\n",
            "requirements $(id).txt": "odd\n",
            "../outside.txt": "outside",
        },
    )
    facts = project.examine(str(root))
    declared, how = facts["declared"]["python"], facts["how"]["python"]
    assert declared["foo-bar"] == "requirements.txt"
    assert declared["base-one"] == declared["egg-one"] == "base.txt"
    assert declared["pytest"] == "requirements-dev.txt"
    assert declared["deep"] == "requirements/more.in"
    assert "limited" not in declared
    assert "outside" not in declared
    assert how["pytest"] == "python -m pip install -r requirements-dev.txt"
    assert how["deep"].endswith("-r requirements/test.txt") or how["deep"].endswith("-r requirements/more.in")
    assert "foo-bar" not in how
    assert "odd" not in how


def test_setup_cfg_and_pipfile(root: Path) -> None:
    cfg = "[options]\ninstall_requires =\n    attrs>=1\n    six; python_version < '3'\n[options.extras_require]\ntest = pytest\n"
    fill(root, {"setup.cfg": cfg, "Pipfile": "[packages]\nflask='*'\n[dev-packages]\nblack='*'\n"})
    declared = project.examine(str(root))["declared"]["python"]
    assert declared == {
        "attrs": "setup.cfg", "six": "setup.cfg", "pytest": "setup.cfg (extra test)",
        "flask": "Pipfile", "black": "Pipfile (dev)",
    }  # fmt: skip


def test_package_json_and_makefile(root: Path) -> None:
    package = {
        "dependencies": {"react": "1", "@scope/pkg": "1", "bad`\nname": "1"},
        "devDependencies": {"jest": "1"},
        "peerDependencies": {"vue": "1"},
        "scripts": {"test": "jest", "build:web": "x", "$(id)": "y"},
        "workspaces": ["packages/*", "tools/one"],
    }
    make = "VAR := x\nall: build test\nbuild:\n\techo: no\n.PHONY: all\ntest lint:: x\n%.o: %.c\nX=1\n"
    fill(root, {"package.json": json.dumps(package), "Makefile": make})
    fill(
        root,
        {
            "packages/a/package.json": '{"dependencies": {"left": "1"}}',
            "tools/one/package.json": '{"devDependencies": {"right": "1"}}',
        },
    )
    facts = project.examine(str(root))
    assert facts["declared"]["node"] == {
        "react": "package.json", "@scope/pkg": "package.json", "jest": "package.json (devDependencies)",
        "vue": "package.json (peerDependencies)", "left": "packages/a/package.json",
        "right": "tools/one/package.json (devDependencies)",
    }  # fmt: skip
    assert facts["scripts"] == ["build:web", "test"]
    assert facts["targets"] == ["all", "build", "test", "lint"]


def test_cargo_workspace(root: Path) -> None:
    fill(root, {"Cargo.toml": "[workspace]\nmembers=['crates/*']\n[workspace.dependencies]\nserde='1'\n"})
    fill(root, {"crates/a/Cargo.toml": "[dependencies]\ntokio='1'\nserde.workspace=true\n", "crates/README": ""})
    declared = project.examine(str(root))["declared"]["rust"]
    assert declared == {"tokio": "crates/a/Cargo.toml", "serde": "crates/a/Cargo.toml"}


def test_modules_of_root_and_src(root: Path) -> None:
    fill(root, {"app/__init__.py": "", "spaced/mod.py": "", "tool.py": "", "src/lib/__init__.py": "", "setup.py": ""})
    fill(root, {"data/x.csv": "", "node_modules/y/index.js": "", "not-a-name/x.py": "", ".hidden/x.py": ""})
    assert project.examine(str(root))["modules"] == ["app", "lib", "spaced", "tool"]


@pytest.mark.parametrize(
    ("requirement", "name"),
    [("Foo_Bar.baz", "foo-bar-baz"), ("a[b,c]>=1", "a"), ("a@ file:///x", "a"), ("", ""), ("-r x", ""), ("  z ", "z")],
)
def test_names_in_requirements(requirement: str, name: str) -> None:
    assert distribution(requirement) == name


# --- the environment ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real virtual environment with real pip in it."""
    folder = tmp_path_factory.mktemp("env") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder


def test_a_real_environment(root: Path, environment: Path) -> None:
    fill(root, {"requirements.txt": "x", "requirements-dev.txt": "y"})
    shutil.copytree(environment, root / ".venv", symlinks=True)
    facts = project.examine(str(root))
    assert facts["env"] == str(root / ".venv")
    (site,) = facts["site"]
    assert site.endswith("/site-packages")
    assert facts["installed"]["pip"].split(".")[0].isdigit()
    assert "pip" in facts["importable"]
    assert facts["install"]["python"] == ".venv/bin/python -m pip install -r requirements.txt"
    assert facts["how"]["python"] == {"y": ".venv/bin/python -m pip install -r requirements-dev.txt"}


def test_installed_names_and_what_they_provide(root: Path) -> None:
    site = "venv/lib/python3.11/site-packages"
    fill(
        root,
        {
            "venv/pyvenv.cfg": "",
            f"{site}/PyYAML-6.0.2.dist-info/top_level.txt": "_yaml\nyaml\n",
            f"{site}/old_style-1.0-py3.11.egg-info/top_level.txt": "old_style\n",
            f"{site}/yaml/__init__.py": "",
            f"{site}/single.py": "",
            f"{site}/fast.cpython-311-x86_64-linux-gnu.so": "",
            f"{site}/__pycache__/x.pyc": "",
        },
    )
    facts = project.examine(str(root))
    assert facts["installed"] == {"pyyaml": "6.0.2", "old-style": "1.0"}
    assert facts["provides"] == {"yaml": "pyyaml", "_yaml": "pyyaml"}
    assert facts["importable"] == ["fast", "single", "yaml"]


def test_virtual_env_counts_only_inside(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(root, {"envs/a/pyvenv.cfg": "", "../outer/pyvenv.cfg": ""})
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "outer"))
    assert project.examine(str(root))["env"] == ""
    monkeypatch.setenv("VIRTUAL_ENV", str(root / "envs" / "a"))
    assert project.examine(str(root))["env"] == str(root / "envs" / "a")


# --- staleness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "uv.lock", "requirements.txt", "package.json", "Cargo.toml", "go.mod", "Makefile",
     ".venv/pyvenv.cfg", "new_module.py", ".healkit/config.toml"],
)  # fmt: skip
def test_what_appears_makes_stale(root: Path, name: str) -> None:
    (root / ".healkit").mkdir()
    project.refresh(str(root))
    assert not project.is_stale(str(root))
    fill(root, {name: ""})
    assert project.is_stale(str(root))
    assert project.refresh_if_stale(str(root))
    assert not project.refresh_if_stale(str(root))


def test_changed_and_removed_files_make_stale(root: Path) -> None:
    fill(root, {"requirements.txt": "a\n-r more.txt\n", "more.txt": "b"})
    project.refresh(str(root))
    fill(root, {"more.txt": "c"})
    os.utime(root / "more.txt", (1, 1))
    assert project.is_stale(str(root))
    project.refresh(str(root))
    (root / "more.txt").unlink()
    assert project.is_stale(str(root))


def test_the_hooks_sources_are_not_touched_by_new_modules(root: Path) -> None:
    """The root's listing changes all the time: the hook would call the facts stale after each new file."""
    facts = project.refresh(str(root))
    fill(root, {"brand_new.py": ""})
    assert facts["sources"] == project.examine(str(root))["sources"]


@pytest.mark.parametrize(
    "data",
    [b"", b"rubbish", marshal.dumps([1]), marshal.dumps({"version": 99}), marshal.dumps({"version": 1, "sources": 3})],
)
def test_damaged_facts_are_stale(root: Path, data: bytes) -> None:
    project.refresh(str(root))
    Path(paths.project_state(str(root)), "facts").write_bytes(data)
    assert project.is_stale(str(root))


# --- trouble --------------------------------------------------------------------------------------------------------

BROKEN = [
    "{",
    "[[[",
    "\x00\x00",
    "= 3",
    "[project]\ndependencies = 3\n",
    '{"dependencies": [1]}',
    "[tool]\nuv = 1\npoetry = []\n",
    "[project]\noptional-dependencies = {a = 1, b = {c = 2}}\n[dependency-groups]\na = [{include-group = 3}, {}]\nb = 3\n",
    "a = " + "[" * 5000,
    "[" * 5000,
    '{"workspaces": {"packages": [1, "../*", "/*", "**"]}, "scripts": 3}',
    "[options]\n[options]\n%(x)s",
]
NAMES = [
    "pyproject.toml",
    "requirements.txt",
    "setup.cfg",
    "Pipfile",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "Makefile",
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_manifests_are_passed_over(root: Path, text: str) -> None:
    for name in NAMES:
        for other in NAMES:
            (root / other).unlink(missing_ok=True)
        fill(root, {name: text})
        if name != "go.mod":
            fill(root, {"go.mod": "require a.example/b v1\n"})
        facts = project.refresh(str(root))
        if name != "go.mod":
            assert facts["declared"]["go"] == {"a.example/b": "go.mod"}


def test_a_broken_manifest_leaves_a_note(root: Path) -> None:
    fill(root, {"pyproject.toml": "[", "package.json": "[]"})
    notes = project.examine(str(root))["notes"]
    assert [note.partition(":")[0] for note in notes] == ["pyproject.toml", "package.json"]


def test_pipes_huge_files_and_folders_are_not_read(root: Path) -> None:
    os.mkfifo(root / "pyproject.toml")
    (root / "package.json").mkdir()
    (root / "requirements.txt").write_bytes(b"a\n" * 600_000)
    facts = project.examine(str(root))
    assert facts["declared"]["python"] == {}
    assert any("larger than 1 MB" in note for note in facts["notes"])


def test_nothing_of_the_project_runs(root: Path) -> None:
    evil = "import os; os.system('touch RAN'); raise SystemExit(9)"
    fill(root, {"setup.py": evil, "sitecustomize.py": evil, "tomllib.py": evil, "app/__init__.py": evil})
    fill(root, {"pyproject.toml": "[project]\ndependencies=['x']\n"})
    code = f"import sys; sys.path.insert(0, {ROOT!r}); from healkit import project; "
    code += f"print(project.refresh({str(root)!r})['modules'])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert "app" in done.stdout
    assert not list(root.rglob("RAN"))


def test_unwritable_state(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_HOME", "/proc/nowhere")
    with pytest.raises(HealkitError, match="cannot be written"):
        project.refresh(str(root))
    assert not project.refresh_if_stale(str(root))
