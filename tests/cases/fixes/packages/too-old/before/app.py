from click import style

print(style)
