import asyncio
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def session():
    yield 1


async def work():
    with suppress(KeyError):
        async with session() as number:
            return number


print(asyncio.run(work()))
