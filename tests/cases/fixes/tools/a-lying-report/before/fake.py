print('app.py:1:1: F401 \'json\' imported but unused')
raise SystemExit(1)
