import asyncio


async def numbers():
    for number in range(3):
        yield number


async def work():
    return [number async for number in numbers()]


print(asyncio.run(work()))
