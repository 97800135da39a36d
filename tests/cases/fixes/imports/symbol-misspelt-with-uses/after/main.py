from app.net import join, parse_url  # both

print(join(parse_url("a/b")), parse_url)
