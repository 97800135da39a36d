class Store:
    def __init__(self):
        self.items = {}

    async def put(self, key, value):
        self.items[key] = value

    def get(self, key):
        return self.items.get(key)


async def copy(store):
    await store.put("b", await store.get("a"))
