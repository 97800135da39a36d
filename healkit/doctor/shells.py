"""The doctor's look at the shells: whose start file has healkit's lines, and is the script that they read the current one?"""

from __future__ import annotations

from .. import paths, rcfile, settings, shells
from ..records import HealkitError
from .verdict import Check, ok, warn


def shell_lines(_root: str) -> Check:
    """The lines in start files are whole, and the scripts that they read are there and current."""
    found, faults = [], []
    for shell in shells.SHELLS:
        try:
            path = shells.start_file(shell)
            count = len(rcfile.blocks(settings.load(path) or b"", path))
        except HealkitError as error:
            faults.append(f"{error.where}: {error.what}" if error.where else error.what)
            continue
        if not count:
            continue
        found.append(f"{shell} ({path})")
        script = shells.script_path(shell)
        written = paths.read_small(script).decode("utf-8", "replace")
        if not written:
            faults.append(f"{path} reads {script}, which is not there")
        elif written != shells.script(shell):
            faults.append(f"{script} is that of another version or place")
        if count > 1:
            faults.append(f"{path} has healkit's lines {count} times")
    if faults:
        faults = list(dict.fromkeys(faults))
        return warn(faults[0], "Run `healkit install --shell` (or `healkit uninstall --shell`).", tuple(faults[1:]))
    if not found:
        return ok("no shell start file has healkit's lines; `healkit install --shell` puts them in")
    return ok(f"the prompt of {', '.join(found)} says what failed")
