import asyncio


def parse(text):
    return None


async def work():
    parse("a")
    return parse("b")


asyncio.run(work())
