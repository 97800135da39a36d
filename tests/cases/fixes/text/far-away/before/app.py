class FrobError(Exception):
    pass


def use(name):
    if name != "cog":
        raise FrobError(f"{name} is called cog now")






















NAME = "GEAR"
use(NAME)
