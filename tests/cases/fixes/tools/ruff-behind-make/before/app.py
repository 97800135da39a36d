import os
x = dict([(1, 2)])
y = u'a'
