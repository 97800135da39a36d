import sys

with open(sys.argv[1], "w") as file:
    file.write("x")
