import sys

sys.exit("../other.py:1: FrobError: GEAR is called cog now")
