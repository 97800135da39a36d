import tomlette

print(tomlette.__version__)
