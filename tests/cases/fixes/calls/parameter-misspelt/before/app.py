def fetch(url, tiemout=1):
    return url, timeout
