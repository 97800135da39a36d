import os, sys
import json
from typing import (
    Any,
    Dict,
)
def f(a,b) :
    #add
    c=a+b 
    if not a in b: return None;
    return  c



def g(x : Dict = None):
    print( x) # done
    return f"g", sys.argv
g()
