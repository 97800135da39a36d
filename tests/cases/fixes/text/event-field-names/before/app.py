class Event:
    def __init__(self, topic, payload):
        self.topic, self.payload = topic, payload


print(Event(event_type="topic", data={"key": "value"}).topic)
