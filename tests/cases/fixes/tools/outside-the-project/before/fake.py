print('../outside.py:1:1: F401 [*] `os` imported but unused')
print('would reformat /etc/$(touch hacked).py')
print('Found 1 error.')
raise SystemExit(1)
