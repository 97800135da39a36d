"""Build a small npm package as a tarball, so that an installation needs no network: tarball.py FOLDER NAME VERSION [KEY=VALUE ...].

Keys: body (the source of index.js), esm (its source as a module), bin (a program that prints its own name), dependency
(NAME@RANGE; may stand several times), script (an install script).
"""

import io
import json
import os
import sys
import tarfile

folder, name, version, *given = sys.argv[1:]
keys = [word.partition("=")[::2] for word in given]
manifest = {"name": name, "version": version, "main": "index.js"}
files = {"index.js": dict(keys).get("body", f"module.exports = {version!r};")}
for key, value in keys:
    if key == "esm":
        manifest["type"] = "module"
        files["index.js"] = value
    if key == "bin":
        manifest["bin"] = {value: "cli.js"}
        files["cli.js"] = f"#!/usr/bin/env node\nconsole.log({value!r});"
    if key == "dependency":
        other, _, wanted = value.rpartition("@")
        manifest.setdefault("dependencies", {})[other] = wanted
    if key == "script":
        manifest["scripts"] = {"install": value}
files["lib/part.js"] = "module.exports = 'part';"
files["package.json"] = json.dumps(manifest)
os.makedirs(folder, exist_ok=True)
plain = name.replace("@", "").replace("/", "-")
with tarfile.open(f"{folder}/{plain}-{version}.tgz", "w:gz") as archive:
    for path, text in files.items():
        info = tarfile.TarInfo(f"package/{path}")
        info.size, info.mode = len(text) + 1, 0o755 if path == "cli.js" else 0o644
        archive.addfile(info, io.BytesIO(f"{text}\n".encode()))
