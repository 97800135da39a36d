import yaml

print(yaml.__version__)
