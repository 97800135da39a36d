from dataclasses import dataclass


@dataclass
class Event:
    topic: str
    payload: dict
    priority: int = 0


def make(**fields):
    return Event(**fields)


def hello():
    return make(topic="a", payload={}, priority=2)
