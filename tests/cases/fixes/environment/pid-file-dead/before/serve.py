import os
import sys

if os.path.exists("server.pid"):
    sys.exit("error: already running (server.pid exists)")
print("ok")
