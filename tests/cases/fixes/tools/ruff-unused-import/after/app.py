import json


def load(path):
    return json.loads(path.read_text())


UNSORTED = { 'a':1 }
