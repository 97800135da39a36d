import sys


def main():
    try:
        print "start", len(sys.argv)
        value = int(sys.argv[0] or 0)
    except ValueError, error:
        print >>sys.stderr, "no number:", error
        return 1
    if value <> 0:
        print value,
    return 0
