import aiohttp


def main():
    return aiohttp
