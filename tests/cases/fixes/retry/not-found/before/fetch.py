import os
import pathlib
import sys

calls = pathlib.Path(os.environ["CALLS"])
calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
if len(calls.read_text()) <= 1:
    sys.exit("urllib.error.HTTPError: HTTP Error 404: Not Found")
print("done")
