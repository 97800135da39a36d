import os
import pathlib
import sys

calls = pathlib.Path(os.environ["CALLS"])
calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
if len(calls.read_text()) <= 1:
    sys.exit("requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: https://api.example.org/v1")
print("done")
