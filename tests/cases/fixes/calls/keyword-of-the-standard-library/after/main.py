import textwrap

print(textwrap.shorten("a b c", width=4, placeholder="."))
