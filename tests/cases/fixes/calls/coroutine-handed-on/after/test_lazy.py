import asyncio

from lazy import Lazy


def test_lazy():
    async def make():
        return 3

    assert asyncio.run(Lazy(make).get()) == 3
