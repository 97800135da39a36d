import click

assert click.__version__ < "9"
