from app.http import parse_url

print(parse_url("a"))
