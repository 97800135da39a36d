try:
    from app.net import parse_urls
except ImportError:
    parse_urls = None

print(parse_urls("a"))
