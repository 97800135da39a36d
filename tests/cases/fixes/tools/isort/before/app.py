import sys
import os
from a import (b, c)

print(sys, os, b, c)
