__all__ = ["prase_url"]


def prase_url(text):
    return text.split("/")
