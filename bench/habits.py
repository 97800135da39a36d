"""Count how code is usually written, for `healkit/fixers/syntax`: Python's standard library, npm's own packages.

    python bench/habits.py python /usr/lib/python3.11 > memory/habits/python.json
    python bench/habits.py script /usr/lib/node_modules/npm FOLDER-OF-TYPESCRIPT > memory/habits/script.json

Only counts are kept: no text, and names only of functions that are called often.
"""

import json
import sys
from pathlib import Path

from healkit.fixers.syntax.habits import counted

MOST_BYTES = 200_000
LEAST = {"t": 6, "s": 8, "a": 20, "i": 6, "g": 20, "l": 8, "f": 20}
ENDINGS = {"python": (".py",), "script": (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx")}


def texts(folders: list[str], endings: tuple[str, ...]) -> list[str]:
    found = []
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            name = path.as_posix()
            if (
                name.endswith(endings)
                and not name.endswith((".d.ts", ".min.js"))
                and path.is_file()
                and "/lib2to3/tests" not in name
            ):
                data = path.read_bytes()
                if len(data) <= MOST_BYTES and max(map(len, data.split(b"\n"))) < 400:
                    found.append(data.decode("utf-8", "replace"))
    return found


def main() -> None:
    language, folders = sys.argv[1], sys.argv[2:]
    counts = counted(texts(folders, ENDINGS[language]), language == "python")
    kept = {}
    for key, found in sorted(counts.items()):
        least = LEAST[key[0]]
        some = {
            name: number
            for name, number in sorted(found.items(), key=lambda item: -item[1])
            if number >= max(2, least // 4)
        }
        if sum(found.values()) >= least * 4 and some:
            kept[key] = some
    lines = [f"  {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in kept.items()]
    sys.stdout.write('{"version": 1, "counts": {\n' + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
