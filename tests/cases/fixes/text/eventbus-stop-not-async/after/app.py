import asyncio


class Bus:
    def stop(self):
        self.stopped = True


async def main():
    event_bus = Bus()
    event_bus.stop()  # stop() is sync, not async
    print(event_bus.stopped)


asyncio.run(main())
