from .utils import helper

print(helper())
