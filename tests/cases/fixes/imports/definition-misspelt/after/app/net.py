__all__ = ["parse_url"]


def parse_url(text):
    return text.split("/")
