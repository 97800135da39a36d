from .exeptions import (
    Missing,  # the usual one
    Wrong,
)

print(Missing, Wrong)
