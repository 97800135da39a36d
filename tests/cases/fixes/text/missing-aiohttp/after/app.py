def fetch():
    try:
        import aiohttp
    except ImportError:
        import httpx
    return 1


print(fetch())
