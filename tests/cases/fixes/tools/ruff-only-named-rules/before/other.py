from typing import Any, Dict

X: Dict[str, int] = {}
