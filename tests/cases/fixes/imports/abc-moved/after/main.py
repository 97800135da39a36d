from collections import OrderedDict
from collections.abc import Iterable, Mapping

print(Iterable, Mapping, OrderedDict)
