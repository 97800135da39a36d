import json
import os


def load(path):
    return json.loads(path.read_text())


UNSORTED = { 'a':1 }
