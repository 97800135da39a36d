"""The doctor's look at Claude Code: its settings files, what is registered there, the client itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

from .. import launcher, paths, settings, wiring
from ..records import HealkitError
from .verdict import Check, fail, ok, plain, warn

OLDEST_CLIENT = (2, 1, 69)
"""The oldest client that healkit's hooks were seen to work with."""


def _values(root: str) -> list[tuple[str, str, dict[str, Any]]]:
    files = wiring.settings_files(root)
    return [(scope, path, wiring.value_of(wiring.text_of(path), path)) for scope, path in files]


def settings_readable(root: str) -> Check:
    """Every settings file that the client reads for this project is valid."""
    faults = []
    for _, path in wiring.settings_files(root):
        try:
            text = settings.decode(settings.load(path) or b"", path)
            if text.strip("\ufeff \t\r\n"):
                settings.parse(text, path)
        except HealkitError as error:
            faults.append(f"{error.where}: {error.what}")
    if faults:
        do = "Correct the file: the client reads nothing of it, and healkit does not touch it."
        return fail(faults[0], do, tuple(faults[1:]))
    return ok("the client's settings files are valid JSON")


def registered(root: str) -> Check:
    """The hooks are registered, in the settings or by the plugin, and their launcher is there."""
    found = [(scope, path, value, wiring.ours(value)) for scope, path, value in _values(root)]
    mine = [(scope, path, value, entries) for scope, path, value, entries in found if entries]
    plugin = [path for _, path, value, _ in found if wiring.plugin_enabled(value)]
    if not mine and not plugin:
        return fail("the hooks are not registered in Claude Code", "Run `healkit install` (or install the plugin).")
    for scope, path, value, _ in mine:
        if not wiring.is_wired(value, launcher.launcher_path()):
            again = "healkit install --user" if scope == "user" else "healkit install"
            return warn(f"the hooks in {path} are those of another version or place", f"Run `{again}`.")
    names = {"user": "for all projects", "shared": "for this project, shared", "project": "for this project"}
    where = [f"{names[scope]} ({path})" for scope, path, _, _ in mine] + [f"by the plugin ({p})" for p in plugin]
    return ok(f"registered {', '.join(where)}")


def registered_once(root: str) -> Check:
    """Not twice: each registration reads every failure again."""
    places = [path for _, path, value in _values(root) if wiring.ours(value)]
    places += [f"{path} (plugin)" for _, path, value in _values(root) if wiring.plugin_enabled(value)]
    if len(places) > 1:
        do = "Keep one: `healkit uninstall`, `healkit uninstall --user`, or switch the plugin off."
        return warn(f"the hooks are registered {len(places)} times: {', '.join(places)}", do)
    return ok("no hook is registered twice")


def switched_on(root: str) -> Check:
    """Nothing switches healkit, or all hooks, off."""
    if paths.env("HEALKIT_OFF") not in ("", "0"):
        return warn("healkit is off: HEALKIT_OFF is set", "Unset HEALKIT_OFF to switch it on.")
    if paths.state_dir() and paths.exists(f"{paths.state_dir()}/off"):
        return warn("healkit is off", "Run `healkit on` to switch it on.")
    for _, path, value in _values(root):
        if value.get("disableAllHooks") is True:
            return fail(f'"disableAllHooks" is true in {path}: the client runs no hook at all', "Remove that line.")
    return ok("healkit is on")


def no_injection(root: str) -> Check:
    """No hook pastes a tool's output into a shell line."""
    found = [hit for _, path in wiring.settings_files(root) for hit in wiring.injections(wiring.text_of(path), path)]
    if not found:
        return ok("no hook pastes a tool's output into a shell line")
    what = f"{found[0].where}: this hook pastes tool output into a shell line; whoever writes the output runs commands"
    do = "Remove it; `healkit install` registers hooks that read the output from stdin."
    return fail(what, do, tuple(f"{hit.where}: {plain(hit.command)}" for hit in found[1:]))


def client_found(_root: str) -> Check:
    """The client is there and not too old."""
    program = shutil.which("claude")
    if not program:
        return warn("the program `claude` is not on PATH", "Without Claude Code, use `healkit run -- COMMAND`.")
    try:
        environment = {**os.environ, "DISABLE_AUTOUPDATER": "1"}
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, errors="replace", timeout=20, check=True,
            stdin=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        shown = plain(done.stdout, 60)
        version = tuple(int(part) for part in shown.split()[0].split(".")[:3])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return warn(f"{program} does not tell its version", "Run `claude --version` and see what it says.")
    if version < OLDEST_CLIENT:
        oldest = ".".join(map(str, OLDEST_CLIENT))
        return warn(f"Claude Code {shown} is older than {oldest}", "Update it: the hooks may not run.")
    return ok(f"Claude Code {shown} ({program})")
