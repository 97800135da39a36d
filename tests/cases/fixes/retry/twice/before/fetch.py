import os
import pathlib
import sys

calls = pathlib.Path(os.environ["CALLS"])
calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
if len(calls.read_text()) <= 2:
    raise TimeoutError("timed out")
print("done")
