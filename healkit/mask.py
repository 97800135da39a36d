"""Secrets are masked before anything is stored or shown: tokens, keys, passwords, e-mail addresses, the home folder."""

from __future__ import annotations

from . import paths
from .compiled import IGNORECASE, get

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

HIDDEN = "[masked]"

_TOKENS = (
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|sk-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|hf_[A-Za-z0-9]{20,}|dop_v1_[0-9a-f]{32,}"
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,1500}\.eyJ[\w-]{8,4000}\.[\w-]*)"
)
_NAME = (
    r"(?:password|passwd|passphrase|secret|token|credentials?"
    r"|(?:api|access|private|client|account|shared|encryption|signing|auth)[_-]?key)[\w-]{0,40}|[a-z0-9]_(?:pass|pwd|key)"
)
_VALUE = r"(?:\\?\"[^\"\n]*|'[^'\n]*|[^\s\"',;&]{4,})"
_NAMED = (
    rf"((?:{_NAME})\\?[\"']?\s*(?:=>|:=|=|:)\s*(?:(?:bearer|basic)\s+)?|--?(?:password|token|api-key|access-key|secret)[ =]"
    rf"|\b(?:bearer|basic)\s+|\blogin\s+\S{{1,80}}\s+password\s+)({_VALUE})"
)
_HEADER = r"(\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key)[\"']?\s*[:=]\s*)([^'\n]{4,})"
_USER = r"((?:\s-u\s+|--user[ =])['\"]?[^\s:'\"]{1,80}:)([^\s'\"]+)"
_IN_URL = r"(\b[a-z][a-z0-9+.-]{0,30}://[^\s/@:\"']{0,80}:)([^\s\"'<>]{1,300})(?=@)"
_HOOK_URL = r"(\b(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks)/)([^\s\"']+)"
_PEM = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|(?m:^)(?:[^\S\n]*(?:[|+>-][^\S\n]*)?[A-Za-z0-9+/=]{8,200}[^\S\n]*\n){1,80}[^\n]{0,12}-----END [A-Z0-9 ]*PRIVATE KEY"
)
_MAIL = r"\b[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,}\b"

_TOKEN_MARKS = (
    "github_pat_",
    "gh",
    "glpat-",
    "sk-",
    "xox",
    "AKIA",
    "ASIA",
    "AIza",
    "npm_",
    "pypi-",
    "hf_",
    "dop_v1_",
    "k_live_",
    "k_test_",
    "SG.",
    "eyJ",
)
_NAME_MARKS = (
    "passw", "passph", "_pass", "_pwd", "secret", "token", "credential", "bearer", "basic ", "_key", "-key", "apikey", "accesskey",
    "privatekey", "clientkey", "accountkey", "sharedkey", "encryptionkey", "signingkey", "authkey",
)  # fmt: skip
"""What must stand in a lower-cased text for a named secret to be in it; `passed` and `KeyError` are no reason to look."""

PATTERNS = (
    (_TOKENS, 0), (_NAMED, IGNORECASE), (_HEADER, IGNORECASE), (_USER, 0), (_IN_URL, IGNORECASE), (_HOOK_URL, 0), (_PEM, 0), (_MAIL, 0),
)  # fmt: skip


def _keep_name(match: re.Match[str]) -> str:
    """Return what stands in front of a secret, and the mark in the secret's place."""
    return f"{match[1]}{HIDDEN}"


def mask_secrets(text: str) -> str:
    """Return a text with what looks like a secret replaced by `[masked]` and the home folder by `~`.

    It errs on the side of masking. Cheap literal tests come first: most output holds nothing of the kind.
    """
    if any(mark in text for mark in _TOKEN_MARKS):
        text = get(_TOKENS).sub(HIDDEN, text)
    folded = text.lower()
    if "authorization" in folded or "cookie" in folded or "x-api-key" in folded:
        text = get(_HEADER, IGNORECASE).sub(_keep_name, text)
    if any(mark in folded for mark in _NAME_MARKS):
        text = get(_NAMED, IGNORECASE).sub(_keep_name, text)
    if "PRIVATE KEY" in text:
        text = get(_PEM).sub(HIDDEN, text)
    if " -u " in text or "--user" in text:
        text = get(_USER).sub(_keep_name, text)
    if ".com/" in text:
        text = get(_HOOK_URL).sub(_keep_name, text)
    if "@" in text:
        if "://" in text:
            text = get(_IN_URL, IGNORECASE).sub(_keep_name, text)
        text = get(_MAIL).sub(HIDDEN, text)
    own = paths.home()
    if len(own) > 1 and own in text:
        text = _without_home(text, own)
    return text


def _without_home(text: str, own: str) -> str:
    """Return a text with the home folder as `~`; `/home/ann-old` is not in `/home/ann`."""
    first, *rest = text.split(own)
    return first + "".join((own if part[:1].isalnum() or part[:1] in ("-", "_") else "~") + part for part in rest)


def one_line(text: str, limit: int = 80) -> str:
    """Return a captured text as one printable line: no control or bidirectional marks, no backticks, cut at `limit`.

    Output is hostile: what it says may stand in a hint that an agent reads.
    """
    line = "".join(c if c.isprintable() and c != "`" else " " for c in text[: limit * 4])
    line = " ".join(
        "".join(
            c for c in line if not ("\u200b" <= c <= "\u200f" or "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069")
        ).split()
    )
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."
