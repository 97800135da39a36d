import os
import pathlib
import sys

calls = pathlib.Path(os.environ["CALLS"])
calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
if len(calls.read_text()) <= 1:
    import socket; raise socket.gaierror(-2, "Name or service not known")
print("done")
