import helpers

print(helpers.X)
