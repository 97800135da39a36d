def parse_url(text):
    return text.split("/")


def join(parts):
    return "/".join(parts)
