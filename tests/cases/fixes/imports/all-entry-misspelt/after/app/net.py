__all__ = ["join", "parse_url"]


def parse_url(text):
    return text.split("/")


def join(parts):
    return "/".join(parts)
