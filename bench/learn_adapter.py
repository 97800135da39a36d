"""Learning from two examples, as an evaluation asks for it: every answer goes through the entry's JSON text.

`Learner` is what the product does. `Unguarded` leaves out the refusal of dangerous lines (`sudo`, `&&`, `--force` that
the failed command did not have), to tell what generalisation alone can do from what policy forbids.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from healkit import generalise
from healkit.correct import learned
from healkit.generalise import lines


class Learner:
    def __init__(self, train):
        self.entries = [json.loads(json.dumps(one.entry)) for one in generalise.commands(_examples(train))]

    def suggest(self, script, output):
        return generalise.corrected(self.entries[0], script, output) if self.entries else []


class Unguarded(Learner):
    def __init__(self, train):
        found = lines.learn(_examples(train), refuse=_nothing)
        self.entries = [json.loads(json.dumps(one.entry)) for one in found]

    def suggest(self, script, output):
        return learned.results(self.entries[0], script, output) if self.entries else []


def _nothing(_old, _new):
    return ""


def _examples(train):
    return [generalise.CommandExample(command=e["script"], output=e["output"], fixed=e["fixed"]) for e in train]
