#!/usr/bin/env pyhton3
print('x')
