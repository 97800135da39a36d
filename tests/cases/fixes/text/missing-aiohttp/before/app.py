def fetch():
    import aiohttp
    return 1


print(fetch())
