import asyncio


async def fetch(url):
    await asyncio.sleep(0)
    return {"url": url}


async def work():
    data = await fetch("a")
    return data["url"]


print(asyncio.run(work()))
