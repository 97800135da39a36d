"""Nothing that looks like a secret is stored or shown."""

import pytest

from healkit.mask import mask_secrets, one_line

SECRETS = [
    "ghp_" + "A1b2" * 9, "github_pat_" + "a" * 30, "glpat-" + "x" * 20, "sk-ant-" + "a" * 30, "xoxb-1234567890-abc", "AKIA" + "Q" * 16,
    "AIza" + "s" * 35, "npm_" + "a" * 36, "eyJhbGciOiJI.eyJzdWIiOiIx.abc", "hf_" + "a" * 30, "sk_live_" + "a" * 24,
]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_tokens_are_masked_wherever_they_stand(secret: str) -> None:
    assert secret not in mask_secrets(f"curl -H 'x: {secret}' https://host/")


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2secret", "DB_PASSWORD: hunter2secret", 'api_key = "hunter2secret"', "--token hunter2secret",
        "--password=hunter2secret",
        "Authorization: Bearer hunter2secret", "postgres://user:hunter2secret@db/x", '{"client_secret": "hunter2secret"}',
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2secret\n-----END RSA PRIVATE KEY-----", "AWS_SECRET_ACCESS_KEY=hunter2secret",
    ],
)  # fmt: skip
def test_named_secrets_are_masked(text: str) -> None:
    assert "hunter2secret" not in mask_secrets(text)


def test_mail_and_home_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("posix").environ, b"HOME", b"/home/somebody")
    assert mask_secrets("mail me@example.org from /home/somebody/x") == "mail [masked] from ~/x"


@pytest.mark.parametrize(
    "text",
    ["ModuleNotFoundError: No module named 'requests'", "error[E0308]: mismatched types", "src/app.py:3:1: F401"],
)
def test_ordinary_output_stays_as_it_is(text: str) -> None:
    assert mask_secrets(text) == text


def test_a_capture_is_one_short_printable_line() -> None:
    assert one_line("a`b\n\x1b[31mc\u202ed\u200be") == "a b [31mcde" or "`" not in one_line("a`b\n\x1b[31mc\u202ed")
    assert len(one_line("x" * 500)) == 80
