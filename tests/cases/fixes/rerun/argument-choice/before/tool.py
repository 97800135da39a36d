import argparse

parser = argparse.ArgumentParser()
parser.add_argument('command', choices=['build', 'test'])
print(parser.parse_args().command)
