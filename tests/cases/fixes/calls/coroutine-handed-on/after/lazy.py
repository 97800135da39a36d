"""A value that is made once, when it is asked for."""


class Lazy:
    def __init__(self, make):
        self._make = make
        self.kept = None

    async def get(self):
        if self.kept is None:
            self.kept = await self._make()
        return self.kept
