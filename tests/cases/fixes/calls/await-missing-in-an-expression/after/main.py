import asyncio


async def fetch():
    await asyncio.sleep(0)
    return {"a": 1}


async def work():
    return sorted((await fetch()).items())


print(asyncio.run(work()))
