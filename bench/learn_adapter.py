"""Learning from two examples, as an evaluation asks for it: every answer goes through the entry's JSON text.

`Learner` is what is learned. `Guarded` is what of it may ever run: without the lines that bring in `sudo`, `&&`, `--force`
or the like, which are laid before a person instead.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from healkit import generalise


class Learner:
    guarded = False

    def __init__(self, train):
        self.entries = [json.loads(json.dumps(one.entry)) for one in generalise.commands(_examples(train))]

    def suggest(self, script, output):
        return generalise.corrected(self.entries[0], script, output, self.guarded) if self.entries else []


class Guarded(Learner):
    guarded = True


def _examples(train):
    return [generalise.CommandExample(command=e["script"], output=e["output"], fixed=e["fixed"]) for e in train]
