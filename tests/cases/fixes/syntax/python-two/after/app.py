import sys


def main():
    try:
        print("start", len(sys.argv))
        value = int(sys.argv[0] or 0)
    except ValueError as error:
        print("no number:", error, file=sys.stderr)
        return 1
    if value != 0:
        print(value, end=" ")
    return 0
