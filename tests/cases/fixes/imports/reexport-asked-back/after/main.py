from shop import Shop

print(Shop.rate)
