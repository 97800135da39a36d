"""Which commands may be run again, and which on a guess: by the tables of `memory/commands.json`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import jsonschema
import pytest

from healkit.commands import is_harmless, is_repeatable

MEMORY = Path(__file__).parent.parent / "memory"

NEVER = (
    "git push origin main", "git -C sub push", "npm publish", "cargo publish --dry-run", "ssh host ls",
    "rm -rf build", "sudo rm x", "make deploy", "make -j4 release", "npm run deploy:prod", "yarn run publish",
    "./deploy.sh", "bash scripts/deploy.sh staging", "python manage.py migrate", "python3.11 manage.py migrate",
    "./manage.py flush", "kubectl apply -f x.yml", "terraform apply", "curl -X POST http://a.example",
    "curl -sXPOST http://a.example", "curl --data x=1 http://a.example", "sh -c 'make test && git push'",
    "env A=1 git push", "uv run twine upload dist/x", "rsync -a . host:", "alembic upgrade head", "python deploy.py",
    "psql -c 'drop table x'", "docker push x", "timeout 5 ssh host", "poetry publish", "just release",
    "bash -lc 'npm run build; npm publish'", "aws s3 ls", "npx vercel --prod", "mvn deploy",
)  # fmt: skip
REPEATABLE = (
    "pytest -q", "python -m pytest tests/test_deploy.py", "make", "make test", "npm run build",
    "npm run test:migrations", "git status", "git fetch", "cargo build --release", "curl -fsSL http://a.example/x",
    "bash build.sh", "./run-tests.sh", "python app.py", "sh -c 'cd web && npm test'", "node server.js",
    "terraform plan", "docker build .", "kubectl get pods", "pip install x", "go test ./...", "python manage.py test",
    "mvn verify", "make deploy-dry", "npm ci", "./gradlew build", "mypy release.py", "cat deploy.sh",
    "python -c 'import release'",
)  # fmt: skip
HARMLESS = (
    "git status", "git diff --stat", "git branch", "git branch -a", "pytest -q tests", "python -m pytest",
    "python3 -m mypy src", "cargo build", "cargo test --all", "npm test", "npm run build", "make test",
    "tsc --noEmit", "npx eslint .", "ls -la", "go vet ./...", "gcc -o a a.c", "docker ps", "sh -c 'cd web && ls'",
    "uv run pytest", "env A=1 pytest",
)  # fmt: skip
HARMFUL = (
    "git push", "git commit -m x", "git branch -D x", "git checkout main", "git reset --hard", "rm x",
    "npm install x", "npm run deploy", "python app.py", "eslint --fix .", "ruff check --fix", "pip install x",
    "make deploy", "sudo ls", "sh -c 'ls > x'", "find . -delete", "docker run x", "cargo install x",
    "curl http://a.example", "", "git", "sh -c 'ls; rm x'", "bash x.sh",
)  # fmt: skip


@pytest.mark.parametrize("line", NEVER)
def test_is_never_repeated(line: str) -> None:
    assert not is_repeatable(shlex.split(line))


@pytest.mark.parametrize("line", REPEATABLE)
def test_may_be_repeated(line: str) -> None:
    assert is_repeatable(shlex.split(line))


@pytest.mark.parametrize("line", HARMLESS)
def test_may_be_guessed(line: str) -> None:
    assert is_harmless(shlex.split(line))


@pytest.mark.parametrize("line", HARMFUL)
def test_is_never_guessed(line: str) -> None:
    assert not is_harmless(shlex.split(line))


def test_a_project_names_more() -> None:
    assert not is_repeatable(["make", "rollout", "X=1"], ("make rollout",))
    assert not is_repeatable(["sh", "-c", "cd a && ./ship.sh now"], ("ship.sh",))
    assert is_repeatable(["make", "rolling"], ("make rollout", ""))


@pytest.mark.parametrize("name", ["commands", "packages", "retries", "corrections"])
def test_the_table_is_what_its_schema_says(name: str) -> None:
    schema = json.loads((MEMORY / f"schema/{name}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads((MEMORY / f"{name}.json").read_text()))
