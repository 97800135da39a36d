from app.net import *

print(join)
