import asyncio


async def load():
    await asyncio.sleep(0)
    return 1


async def work():
    return await load()


print(asyncio.run(work()))
