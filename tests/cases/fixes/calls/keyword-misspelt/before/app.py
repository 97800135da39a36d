def fetch(url, *, timeout=1, retries=0):
    return url, timeout, retries
