try:
    import json
except ImportError:
    pass

X = 1
