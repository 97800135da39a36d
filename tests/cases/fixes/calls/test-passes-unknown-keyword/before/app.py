def fetch(url, timeout=1):
    return url, timeout


def again(url):
    return fetch(url, timeout=2)
