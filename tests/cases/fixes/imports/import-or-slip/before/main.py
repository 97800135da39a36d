def show(joint):
    return join


print(show(["a"]))
