"""Build a small wheel, so that an installation needs no network: wheel.py FOLDER NAME VERSION [KEY=VALUE ...].

Keys: module (the top-level name, else the distribution's), body (its source), requires (a requirement; may stand several
times), script (a console script that prints its own name), plugin (the module is a pytest plugin of that name), main (the
source of its `__main__`).
"""

import os
import sys
import zipfile

folder, name, version, *given = sys.argv[1:]
keys = [word.partition("=")[::2] for word in given]
plain = name.replace("-", "_").replace(".", "_")
module = dict(keys).get("module", plain)
body = dict(keys).get("body", f"__version__ = {version!r}").replace("\\n", "\n")
info = f"{plain}-{version}.dist-info"
needs = "".join(f"Requires-Dist: {value}\n" for key, value in keys if key == "requires")
entries = ""
for key, value in keys:
    if key == "script":
        body += f"\n\n\ndef main():\n    print({value!r})\n"
        entries += f"[console_scripts]\n{value} = {module}:main\n"
    if key == "plugin":
        entries += f"[pytest11]\n{value} = {module}\n"
files = {
    f"{module.replace('.', '/')}/__init__.py": f"{body}\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: case\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
if "main" in dict(keys):
    files[f"{module}/__main__.py"] = dict(keys)["main"] + "\n"
if entries:
    files[f"{info}/entry_points.txt"] = entries
files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
os.makedirs(folder, exist_ok=True)
with zipfile.ZipFile(f"{folder}/{plain}-{version}-py3-none-any.whl", "w") as archive:
    for path, text in files.items():
        archive.writestr(zipfile.ZipInfo(path), text)
