import asyncio


class Bus:
    def stop(self):
        self.stopped = True


async def main():
    event_bus = Bus()
    await event_bus.stop()
    print(event_bus.stopped)


asyncio.run(main())
