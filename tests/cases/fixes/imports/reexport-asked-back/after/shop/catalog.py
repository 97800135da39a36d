from . import RATE


class Shop:
    rate = RATE
