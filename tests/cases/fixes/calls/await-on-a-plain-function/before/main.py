import asyncio


def parse(text):
    return None


async def work():
    await parse("a")
    return parse("b")


asyncio.run(work())
