import click

assert click.__version__ == "8.0.1"
