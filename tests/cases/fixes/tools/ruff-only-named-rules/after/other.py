from typing import Dict

X: Dict[str, int] = {}
