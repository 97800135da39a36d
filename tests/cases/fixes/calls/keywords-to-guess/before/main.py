class Event:
    def __init__(self, topic, payload):
        self.topic, self.payload = topic, payload


print(Event(event_kind="a", data={}).topic)
