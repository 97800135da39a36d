from .net import parse_url

print(parse_url)
