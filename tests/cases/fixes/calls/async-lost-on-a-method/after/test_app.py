import asyncio

from app import Store, copy


async def main():
    store = Store()
    await store.put("a", 1)
    await copy(store)
    return await store.get("b")


def test_copy():
    assert asyncio.run(main()) == 1
