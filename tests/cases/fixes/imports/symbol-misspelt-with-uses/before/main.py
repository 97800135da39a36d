from app.net import join, pares_url  # both

print(join(pares_url("a/b")), pares_url)
