"""The tables of the fixers `manifests` and `environment`: their shape, and every example is a case of its own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from healkit import paths
from healkit.fixers.manifests import choices
from healkit.fixers.manifests.documents import Document
from healkit.fixers.manifests.near import closest
from healkit.fixers.source import Source

MEMORY = Path(paths.share_dir(), "memory")
TABLES = {name: json.loads((MEMORY / f"{name}.json").read_text()) for name in ("manifest-keys", "environment")}


@pytest.mark.parametrize("name", TABLES)
def test_shape(name: str) -> None:
    schema = json.loads((MEMORY / f"schema/{name}.schema.json").read_text())
    assert not [error.message for error in Draft202012Validator(schema).iter_errors(TABLES[name])]


@pytest.mark.parametrize("report", TABLES["manifest-keys"]["reports"], ids=lambda report: report["id"])
def test_report_is_found_in_its_example(report: dict[str, Any]) -> None:
    found = re.search(report["regex"], report["example"])
    assert found
    assert found.groupdict().get("name") or found.groupdict().get("key")
    assert {source.partition(":")[0] for source in report.get("from", ())} <= choices.SOURCES.keys()


@pytest.mark.parametrize("name", TABLES["environment"]["variables"])
def test_variable_is_blamed_in_its_example(name: str) -> None:
    known = TABLES["environment"]["variables"][name]
    assert any("{value}" in sign or re.search(sign, known["example"]) for sign in known["signs"])


def test_ids_are_unique() -> None:
    for kind in ("manifests", "reports"):
        ids = [entry["id"] for entry in TABLES["manifest-keys"][kind]]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("path", "text", "table", "old", "new", "wanted"),
    [
        ("a.toml", "[dpe]\na = 1 # dpe\n", (), "dpe", "dep", "[dep]\na = 1 # dpe\n"),
        ("a.toml", "[x]\ndpe.a = 1\n", ("x",), "dpe", "dep", "[x]\ndep.a = 1\n"),
        (
            "a.json",
            '{\n  // dpe\n  "dpe": { "dpe": 1, },\n}\n',
            ("dpe",),
            "dpe",
            "dep",
            '{\n  // dpe\n  "dpe": { "dep": 1, },\n}\n',
        ),
        ("a.toml", "[dpe]\na = 1\n[dep]\na = 2\n", (), "dpe", "dep", ""),
        ("a.cfg", "[m]\ndpe = dpe\n", ("m",), "dpe", "dep", "[m]\ndep = dpe\n"),
        ("a.config.js", "module.exports = { dpe: 1 };\n", (), "dpe", "dep", "module.exports = { dep: 1 };\n"),
        ("a.config.js", "module.exports = { dpe: 1, x: { dpe: 1 } };\n", (), "dpe", "dep", ""),
    ],
)
def test_renamed(path: str, text: str, table: tuple[str, ...], old: str, new: str, wanted: str) -> None:
    assert Document(Source(path, text.encode())).renamed(table, old, new) == wanted


@pytest.mark.parametrize(
    ("name", "names", "wanted"),
    [
        ("dependancies", ["dependencies", "dev-dependencies"], "dependencies"),
        ("requires_python", ["requires-python"], "requires-python"),
        ("ES2202", ["es2020", "es2022"], "ES2022"),
        ("parser", ["parsers", "parse"], ""),
        ("ab", ["ac", "abc"], ""),
        ("zebra", ["apple"], ""),
    ],
)
def test_closest(name: str, names: list[str], wanted: str) -> None:
    assert closest(name, names) == wanted
