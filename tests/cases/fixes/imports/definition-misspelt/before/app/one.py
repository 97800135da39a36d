from .net import parse_url

FIRST = parse_url("a/b")
