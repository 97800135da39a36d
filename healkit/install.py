"""Put healkit's hooks into Claude Code's settings, and take them out again without a trace."""

from __future__ import annotations

import difflib
import errno
import json
import os
import subprocess
from typing import Any

from . import bundle, launcher, memory, project, receipts, settings, wiring
from .receipts import Receipt, digest
from .records import HealkitError, Record
from .settings import Edit

_BLANK = "\ufeff \t\r\n"


class Installation(Record):
    """What an install or uninstall did or would do: the settings file, its diff ("" = nothing to do), notes."""

    scope: str
    path: str
    diff: str
    launcher: str
    interpreter: str = ""
    changed: bool = False
    notes: tuple[str, ...] = ()


def install(
    root: str, scope: str = "project", *, dry_run: bool = False, auto: bool = False, before: bool = False
) -> Installation:
    """Register healkit's hooks in a settings file; doing it twice changes nothing.

    Args:
        root: the project's root, may be empty for the scope `user`.
        scope: `project` (settings.local.json) or `user` (the user's settings.json).
        dry_run: change nothing, only tell.
        auto: also allow `healkit fix` to run unasked, with one permission rule.
        before: also register the hook that runs before every command; one that stands there stays.

    Raises:
        HealkitError: the settings are broken or cannot be written, or there is no home, gate or interpreter.
    """
    path = wiring.settings_path(scope, root)
    launch = launcher.launcher_path()
    interpreter = launcher.real_interpreter()
    script = launcher.render(interpreter)
    data = settings.load(path)
    text = settings.decode(data or b"", path)
    after, receipt = text, None
    if not _is_done(text, path, launch, auto, before):
        after, receipt = _plan(path, text, data, launch, auto, before)
    if not dry_run:
        launcher.write(script)
        if receipt:
            try:
                _store(path, after, data, receipt)
            except HealkitError:
                _tidy()
                raise
    notes = _notes(root, scope, after) + ([] if dry_run else _prepare(root))
    return Installation(
        scope=scope, path=path, diff=_diff(path, text, after), launcher=launch, interpreter=interpreter,
        changed=after != text and not dry_run, notes=tuple(notes),
    )  # fmt: skip


def _is_done(text: str, path: str, launch: str, auto: bool, before: bool) -> bool:
    if not text.strip(_BLANK):
        return False
    value = settings.parse(text, path).value
    there = (not auto or wiring.has_rule(value)) and (not before or wiring.speaks_before(value))
    return wiring.is_wired(value, launch) and there


def _plan(path: str, text: str, data: bytes | None, launch: str, auto: bool, before: bool) -> tuple[str, Receipt]:
    """Return the new settings text, and what to remember in order to take it back."""
    past = receipts.find(path)
    base = _without_us(text, path, past)
    before = before or wiring.speaks_before(wiring.value_of(text, path))
    after, edits, made = _with_us(base, path, launch, auto or bool(past and past.rule), before)
    return after, Receipt(
        path=os.path.abspath(path), created=past.created if past else data is None,
        folder_created=past.folder_created if past else not os.path.isdir(os.path.dirname(path)),
        after=digest(after.encode()), before=digest(base.encode()), edits=tuple(edits), made=tuple(made),
        rule=any(wiring.RULE in edit.text for edit in edits),
    )  # fmt: skip


def _without_us(text: str, path: str, past: Receipt | None) -> str:
    """Return a settings text without our hooks: byte for byte as before the install where nobody edited it since."""
    if past and digest(text.encode()) == past.after:
        before = settings.revert(text, list(past.edits))
        if before is not None and digest(before.encode()) == past.before:
            return before
    if not text.strip(_BLANK):
        return text
    return wiring.remove(text, path, list(past.made) if past else None, bool(past and past.rule))


def _with_us(base: str, path: str, launch: str, auto: bool, before: bool) -> tuple[str, list[Edit], list[str]]:
    """Return a settings text with our hooks, checked to be the old value plus ours and nothing else."""
    if not base.strip(_BLANK):
        start = Edit(at=0, text="{}\n")
        text, edits, made = _with_us(start.text + base.removeprefix("\ufeff"), path, launch, auto, before)
        return text, [start, *edits], made
    value = settings.parse(base, path).value
    additions: list[tuple[tuple[str, ...], Any]] = [(("hooks", e), group) for e, group in wiring.wanted(launch, before)]
    if auto and not wiring.has_rule(value):
        additions.append((("permissions", "allow"), wiring.RULE))
    text, edits, made = wiring.add(base, path, additions)
    expected = json.loads(json.dumps(value))
    for keys, item in additions:
        inner = expected
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner.setdefault(keys[-1], []).append(item)
    if json.loads(text.removeprefix("\ufeff")) != expected:
        raise HealkitError("healkit could not edit this file safely", where=path, do="Nothing was changed; report it.")
    return text, edits, made


def _store(path: str, after: str, data: bytes | None, receipt: Receipt) -> None:
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise settings.trouble(folder, "create", error) from None
    past = receipts.find(path)
    receipts.keep(receipt)
    try:
        settings.save(path, after.encode(), data)
    except HealkitError:
        if past:
            receipts.keep(past)
        else:
            receipts.forget(path)
        raise


def _diff(path: str, before: str, after: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, f"{path} (now)", f"{path} (then)")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _prepare(root: str) -> list[str]:
    """Compile the patterns and look at the project now, so that the first failure is answered at once."""
    try:
        memory.open_memory(root)
        bundle.write()
        if root:
            project.refresh(root)
    except Exception as error:  # the hooks are in and work without this; what went wrong is a note
        return [f"Not all could be prepared yet ({error}); healkit tries again at the first failure."]
    return []


def _notes(root: str, scope: str, after: str) -> list[str]:
    """Return what a person should know beside: hooks registered twice or switched off, a dangerous hook."""
    notes = []
    for other, path in wiring.settings_files(root):
        text = after if other == scope else wiring.text_of(path)
        value = wiring.value_of(text, path)
        notes += [
            f"{found.where}: this hook pastes tool output into a shell line, so the output can run commands. Remove it."
            for found in wiring.injections(text, path)
        ]
        if other != scope and wiring.ours(value):
            notes.append(f"healkit is registered in {path} too; one of the two is enough (`healkit uninstall`).")
        if wiring.plugin_enabled(value):
            notes.append(f"The healkit plugin is on in {path}; with these hooks beside it every failure is read twice.")
        if value.get("disableAllHooks") is True:
            notes.append(f'"disableAllHooks" is true in {path}: the client runs no hook at all.')
    if scope == "project" and _is_shared_by_git(root):
        notes.append(
            "Git does not ignore .claude/settings.local.json, which is for this machine only: add it to .gitignore."
        )
    return notes


def _is_shared_by_git(root: str) -> bool:
    """Tell whether git would take the local settings into a commit; False where git does not know."""
    argv = ["git", "-C", root, "-c", "core.fsmonitor=false", "check-ignore", "-q", ".claude/settings.local.json"]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 1


def uninstall(root: str, scope: str = "project", *, dry_run: bool = False) -> Installation:
    """Take healkit's hooks out of a scope's settings file; the launcher goes with the last of them.

    Raises:
        HealkitError: the settings are broken or cannot be written.
    """
    return uninstall_from(wiring.settings_path(scope, root), scope, dry_run=dry_run)


def installed_paths() -> list[str]:
    """Return every settings file that an install has written to and no uninstall has cleaned."""
    return [receipt.path for receipt in receipts.everywhere()]


def uninstall_from(path: str, scope: str = "", *, dry_run: bool = False) -> Installation:
    """Take healkit's hooks out of the settings file at a path; see `uninstall`."""
    past = receipts.find(path)
    data = settings.load(path)
    text = settings.decode(data or b"", path)
    after = _without_us(text, path, past)
    gone = bool(past and past.created and after.strip(_BLANK) in ("", "{}"))
    changed = data is not None and (after != text or gone)
    if not dry_run:
        if changed and gone and past:
            _delete(path, past)
        elif changed:
            settings.save(path, after.encode(), data)
        receipts.forget(path)
        _tidy()
    return Installation(
        scope=scope, path=path, diff=_diff(path, text, "" if gone else after), launcher=launcher.launcher_path(),
        changed=changed and not dry_run,
    )  # fmt: skip


def _tidy() -> None:
    """Take the launcher away when no settings file needs it."""
    if not receipts.everywhere():
        launcher.remove()


def _delete(path: str, past: Receipt) -> None:
    """Remove a settings file that we created, and its folder if that is ours and empty."""
    try:
        os.unlink(path)
        if past.folder_created:
            os.rmdir(os.path.dirname(path))
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            raise settings.trouble(path, "remove", error) from None


def is_installed(root: str, scope: str) -> bool:
    """Tell whether any hook of ours stands in a scope's settings file; False for a scope that has no place."""
    try:
        path = wiring.settings_path(scope, root)
    except HealkitError:
        return False
    return bool(wiring.ours(wiring.value_of(wiring.text_of(path), path)))
