import sys

text = open("conf.txt").read()
if "level = \"" not in text:
    sys.exit("conf.txt:2: value must be quoted: loud")
