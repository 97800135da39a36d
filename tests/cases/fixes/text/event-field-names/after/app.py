class Event:
    def __init__(self, topic, payload):
        self.topic, self.payload = topic, payload


print(Event(topic="topic", payload={"key": "value"}).topic)
