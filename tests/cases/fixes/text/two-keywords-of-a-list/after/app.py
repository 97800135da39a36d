class Event:
    def __init__(self, topic, payload):
        self.topic, self.payload = topic, payload


metadata = {}
event = Event(
    topic="a",
    payload=metadata,
)
print(event.topic)
