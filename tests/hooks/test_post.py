"""hooks/post-test.sh and hooks/post-rust.sh: sourced in bash and zsh, executed, and at the end of a pipe."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import tally

HOOKS = Path(__file__).parents[2] / "hooks"
SHELLS = [name for name in ("bash", "zsh") if shutil.which(name)]
TESTS = """
import pytest
def test_sums():
    assert 1 + 1 == 3
def test_slow():
    raise TimeoutError("no answer in 5 s")
def test_key():
    {}["x"]
def test_fine(): pass
"""
CARGO = """   Compiling demo v0.1.0 (/p)
error[E0433]: failed to resolve: use of undeclared crate or module `serde_json`
 --> src/main.rs:1:5
  |
1 | use serde_json::Value;
  |     ^^^^^^^^^^ use of undeclared crate or module `serde_json`

warning: unused import: `std::fmt`
 --> src/lib.rs:3:5
  |
error[E0308]: mismatched types
 --> src/main.rs:5:18
  |
error[E0382]: borrow of moved value: `v`
  --> src/main.rs:9:20
   |
error[E0277]: the trait bound `Foo: Clone` is not satisfied
  --> src/main.rs:12:5
   |
error[E0599]: the method `go` exists for struct `Foo`, but its trait bounds were not satisfied
  --> src/main.rs:14:7
   |
error[E0061]: this function takes 1 argument but 0 arguments were supplied
  --> src/main.rs:20:3
error: could not compile `demo` (bin "demo") due to 6 previous errors; 1 warning emitted
"""


@pytest.fixture
def project(isolated_home: Path) -> Path:
    folder = isolated_home / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "test_it.py").write_text(TESTS)
    (folder / "test_broken.py").write_text("import nosuchmoduleatall\n")
    return folder


def history(home: Path) -> list[str]:
    found = list((home / "healkit/state/projects").glob("*/test-history.log"))
    return found[0].read_text().splitlines() if found else []


def shell(name: str, script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([name, "-c", script], cwd=cwd, capture_output=True, text=True, timeout=120)


PYTEST = f"{sys.executable} -m pytest -p no:cacheprovider -p no:randomly --continue-on-collection-errors"


@pytest.mark.parametrize("options", ["", "-q", "-q --tb=short", "--tb=line", "-rN", "-q --tb=no"])
def test_real_pytest_at_the_end_of_a_pipe(project: Path, isolated_home: Path, options: str) -> None:
    plain = shell("bash", f"{PYTEST} {options} 2>&1", project).stdout
    line = f"set -o pipefail; {PYTEST} {options} 2>&1 | {HOOKS}/post-test.sh"
    done = shell("bash", line, project)
    assert done.returncode == 1  # pytest's own
    assert done.stdout.splitlines()[:-1] == plain.splitlines()[:-1]  # the last line has the time
    assert "collection errors: 1\n" in done.stderr
    assert "assertion failures: 1\n" in done.stderr or options in ("--tb=line", "-q --tb=no")
    assert "timeouts: 1\n" in done.stderr or options == "-q --tb=no"
    assert "nosuchmoduleatall" in done.stderr or options in ("-q --tb=no",)
    assert len(history(isolated_home)) == 1


@pytest.mark.parametrize("name", SHELLS)
def test_sourced(project: Path, isolated_home: Path, name: str) -> None:
    line = (
        f'source {HOOKS}/post-test.sh; output=$({PYTEST} -q 2>&1); exit_code=$?; analyze_pytest "$output" $exit_code; '
        f'{PYTEST} -q -k fine --ignore test_broken.py >log; analyze_pytest "$(cat log)" 0'
    )
    done = shell(name, line, project)
    assert done.stderr == ""
    assert "pytest: 1 passed, 3 failed, 1 errors (exit code 1)" in done.stdout
    assert "test_it.py::test_sums  assert (1 + 1) == 3" in done.stdout.replace("  ", " ").replace(
        "test_sums ", "test_sums  "
    )
    assert "pytest: 1 passed (exit code 0)" in done.stdout
    first, second = history(isolated_home)
    assert " exit 1 passed=1 failed=3 errors=1 skipped=0 collection=1 assertion=1 timeouts=1 " in first
    assert " exit 0 passed=1 failed=0 errors=0 " in second


def test_executed_with_an_exit_code(project: Path) -> None:
    (project / "log").write_text("no tests ran in 0.01s\n")
    done = shell("bash", f"{HOOKS}/post-test.sh 5 <log", project)
    assert (done.returncode, done.stdout) == (5, "no tests ran in 0.01s\n")


def test_every_byte_goes_through_and_a_reader_may_leave(project: Path) -> None:
    data = bytes(range(256)) * 5_000
    (project / "data").write_bytes(data)
    done = subprocess.run([str(HOOKS / "post-rust.sh")], input=data, capture_output=True, cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, data, b"")
    left = shell("bash", f"cat data | {HOOKS}/post-test.sh | head -c 1 >/dev/null; echo ${{PIPESTATUS[*]}}", project)
    assert (left.stdout, left.stderr) == ("0 0 0\n", "")


def test_cargo_by_kind(project: Path) -> None:
    (project / "log").write_text(CARGO)
    done = shell("bash", f'source {HOOKS}/post-rust.sh; analyze_cargo "$(cat log)" 101', project)
    assert done.stderr == ""
    for kind, count in (
        ("missing crates", 1),
        ("type mismatches", 1),
        ("borrow checker", 1),
        ("trait bounds", 2),
        ("unused imports", 1),
    ):
        assert f"  {kind}: {count}\n" in done.stdout
    assert "    src/main.rs:9:20 E0382 borrow of moved value" in done.stdout
    assert "other errors: 1\n" in done.stdout
    assert "serde_json" in done.stdout


def test_an_unused_import_alone(project: Path) -> None:
    text = "warning: unused import: `std::fmt`\n --> src/lib.rs:3:5\n"
    said = tally.read_cargo(text)
    assert said.kinds == {"unused imports": [("src/lib.rs:3:5", "unused import: `std::fmt`")]}


@pytest.mark.parametrize("name", SHELLS)
def test_a_function_of_the_user_is_not_replaced(project: Path, name: str) -> None:
    line = f"analyze_pytest() {{ echo mine; }}; source {HOOKS}/post-test.sh; analyze_pytest x 1"
    assert shell(name, line, project).stdout == "mine\n"


@pytest.mark.parametrize("name", SHELLS)
def test_no_function_needs_anything_but_a_bare_checkout(project: Path, name: str) -> None:
    """The example of the documentation, with an interpreter that has nothing installed."""
    line = f'source {HOOKS}/self-healing.sh; output=$(echo "ModuleNotFoundError: No module named \'requests\'"); main 1 "$output"'
    done = shell(name, line, project)
    assert "requests" in done.stdout
    assert (done.stderr, done.returncode) == ("", 0)
