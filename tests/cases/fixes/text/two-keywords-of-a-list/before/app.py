class Event:
    def __init__(self, topic, payload):
        self.topic, self.payload = topic, payload


metadata = {}
event = Event(
    event_type="a",
    data=metadata,
)
print(event.topic)
