"""Files that test runners and scanners leave behind, JUnit XML and SARIF, as the output that they stand for.

What a failed case or a result says becomes lines that patterns and readers know; what passed says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

LARGEST = 32 << 20
"""Bytes of a file that is read as one of these."""
_JUNIT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<testsuites?\b", re.DOTALL)
_SARIF = re.compile(rb'"(?:\$schema"\s*:\s*"[^"]*sarif|runs"\s*:\s*\[)')
_PYTEST_PLACE = re.compile(r"(?m)^([^\s:]+)\.py:\d+: ")
_PYTEST = re.compile(r"(?m)^E   ")


def as_output(data: bytes) -> bytes | None:
    """Return what a JUnit XML or SARIF file says as output of a command; None where it is neither, or damaged."""
    if len(data) > LARGEST:
        return None
    lines: list[str] | None = None
    if _JUNIT.match(data):
        lines = _junit(data)
    elif data.lstrip()[:1] == b"{" and _SARIF.search(data[:4_000]):
        lines = _sarif(data)
    return None if lines is None else "\n".join([*lines, ""]).encode("utf-8", "replace")


def _junit(data: bytes) -> list[str] | None:
    from xml.etree.ElementTree import ParseError

    from junitparser import JUnitXml, JUnitXmlError

    try:
        report = JUnitXml.fromstring(data)
    except (ParseError, JUnitXmlError, ValueError, LookupError):
        return None
    failed = list(_failed(report))
    if not failed:
        return []
    lines: list[str] = []
    for name, message, body, place in failed:
        if _PYTEST.search(body):
            head = () if lines else ("=" * 20 + " FAILURES " + "=" * 20,)
            lines += [*head, f"____ {_in_module(name, body)} ____", body]
        else:
            lines += [f"JUnit: {name} failed: {message}", *([f"  at {place}"] if place else ()), body]
    return lines


def _in_module(name: str, body: str) -> str:
    """Return a pytest test's name as its own output has it, without the module that its place names."""
    modules = [path.replace("/", ".") + "." for path in _PYTEST_PLACE.findall(body)]
    return next((name.removeprefix(module) for module in modules if name.startswith(module)), name)


def _failed(report: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, first line of the message, text and place of each failed case of a report, however deep its suite."""
    for suite in report if report._tag == "testsuites" else [report]:
        yield from _failed_of(suite)


def _failed_of(suite: Any) -> Iterator[tuple[str, str, str, str]]:
    for inner in suite.testsuites():
        yield from _failed_of(inner)
    for case in suite:
        if case._tag != "testcase":
            continue
        for result in case.result:
            if result._tag not in ("failure", "error"):
                continue
            body = (result.text or "").strip("\n")
            first = (result.message or body or result.type or "").strip().split("\n")[0]
            name = ".".join(part for part in (case.classname, case.name) if part)
            file, line = case._elem.get("file") or "", case._elem.get("line") or ""
            yield " ".join(name.split()), first, body, f"{file}:{line}" if file and line.isdigit() else ""


def _sarif(data: bytes) -> list[str] | None:
    try:
        runs = json.loads(data.decode("utf-8-sig"))["runs"]
        return [line for run in runs for line in _results(run)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _results(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each result of a run that is an open problem: `file:line:column: level: message [tool rule]`."""
    tool = " ".join(str(run["tool"]["driver"]["name"]).split())
    for result in run.get("results") or ():
        level = result.get("level", "warning")
        if result.get("kind", "fail") != "fail" or level == "none" or result.get("suppressions"):
            continue
        rule = str(result.get("ruleId") or (result.get("rule") or {}).get("id") or "result")
        message = " ".join(str((result.get("message") or {}).get("text", "")).split())
        yield f"{_place(result)}: {level}: {message} [{tool} {rule}]"


def _place(result: Mapping[str, Any]) -> str:
    for location in result.get("locations") or ():
        physical = location.get("physicalLocation") or {}
        uri = str((physical.get("artifactLocation") or {}).get("uri", ""))
        region = physical.get("region") or {}
        path = unquote(urlsplit(uri).path) if uri.startswith("file:") else unquote(uri)
        if path:
            return f"{path}:{int(region.get('startLine', 1))}:{int(region.get('startColumn', 1))}"
    return "SARIF"
