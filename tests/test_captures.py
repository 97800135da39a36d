"""What README.md and docs/ show between marks has the shape of a real run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


def test_the_captures_are_of_today() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "bench/captures.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_readme_and_docs_hold_the_promised_captures_and_no_path_of_this_machine() -> None:
    pages = {path: path.read_text() for path in (CHECKOUT / "README.md", CHECKOUT / "docs/patterns.md")}
    found = re.findall(r"<!-- capture: ([\w-]+) -->\n```console\n\$ healkit", "".join(pages.values()))
    assert {"run", "why", "doctor", "check", "newcomer", "test-file"} <= set(found)
    for path, text in pages.items():
        assert str(CHECKOUT) not in text, path
        assert text.count("<!-- capture:") == text.count("<!-- end of capture -->"), path


def test_a_changed_capture_is_noticed() -> None:
    sys.path.insert(0, str(CHECKOUT / "bench"))
    try:
        import captures
    finally:
        sys.path.pop(0)
    page = (CHECKOUT / "README.md").read_text()
    text = next(found["text"] for found in captures.MARKED.finditer(page) if found["name"] == "check")
    assert captures.shape(text.replace("3 entries", "4 entries")) == captures.shape(text)
    assert captures.shape(text.replace("trailing", "leading")) != captures.shape(text)
