from collections import Iterable, Mapping, OrderedDict

print(Iterable, Mapping, OrderedDict)
