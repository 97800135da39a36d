from steps import first

print(first())
