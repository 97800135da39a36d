import os
import sys
from pathlib import Path
from typing import Optional


def run(path: Path) -> Optional[str]:
    print(os.fspath(path), sys.argv)
    return None
