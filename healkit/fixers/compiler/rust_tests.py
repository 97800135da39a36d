"""What of a Rust project is a test: its claims are never edited; what only helps tests is code like any other."""

from __future__ import annotations

import re

FOLDERS = ("tests/", "benches/")
_MODULE = re.compile(r"^#\[cfg\(test\)\]\s*(?:#\[[^\n]*\]\s*)*(?:pub )?mod \w+ \{", re.M)
_FUNCTION = re.compile(
    r"^(?P<marks>(?:[ \t]*#\[[^\n]*\n)*)[ \t]*(?:pub(?:\([^)]*\))? )?(?:(?:const|async|unsafe) )*fn \w+", re.M
)


def in_test(file: str, text: str, place: int) -> bool:
    """Tell whether a place stands in a test: in test code, and not in a function of it that claims nothing itself."""
    among = file.startswith(FOLDERS) or any(f"/{folder}" in file for folder in FOLDERS)
    if not among and not file.endswith(("tests.rs", "test.rs")):
        module = _MODULE.search(text)
        if module is None or place <= module.start():
            return False
    functions = [found for found in _FUNCTION.finditer(text) if found.start() <= place]
    if not functions:
        return True
    here = functions[-1]
    after = _FUNCTION.search(text, here.end())
    body = text[here.start() : after.start() if after else len(text)]
    return bool(re.search(r"test|panic|bench|case", here["marks"])) or "assert" in body or "panic!" in body
