"""What is never run again without a person: what pushes, publishes, deploys, migrates, deletes, or works far away."""

from __future__ import annotations

import pytest

from healkit.commands import is_repeatable


@pytest.mark.parametrize(
    "line",
    [
        "git push origin main", "git -C x push", "/usr/bin/git push", "npm publish", "npx semantic-release", "twine upload dist/*",
        "python -m twine upload x", "cargo publish", "docker push x", "docker compose down", "kubectl apply -f x", "terraform apply",
        "aws s3 rm x", "ssh host ls", "rsync -a x y:", "rm -rf build", "sudo systemctl restart x", "alembic upgrade head",
        "python manage.py migrate", "psql -c 'drop table x'", "curl -X POST x", "env A=1 git push", "uv run twine upload",
        "sh -c 'pytest && git push'", "bash -lc 'cd x; rm -r y'", "timeout 5 kubectl delete pods", "uv publish",
    ],
)  # fmt: skip
def test_never(line: str) -> None:
    import shlex

    assert not is_repeatable(shlex.split(line))


@pytest.mark.parametrize(
    "line",
    [
        "pytest -q", "git status", "git diff", "npm test", "npm run build", "cargo test", "make", "python -m pytest", "npx tsc",
        "docker build .", "terraform plan", "curl https://example.com/x", "sh -c 'cd web && npm test'", "python manage.py test",
        "pip install -e .", "uv run pytest", "node index.js", "git stash list",
    ],
)  # fmt: skip
def test_may(line: str) -> None:
    import shlex

    assert is_repeatable(shlex.split(line))


def test_the_policy_adds_its_own() -> None:
    assert not is_repeatable(["make", "release"], ["make release"])
    assert is_repeatable(["make", "test"], ["make release"])
    assert not is_repeatable(["./frob"], ["frob"])
