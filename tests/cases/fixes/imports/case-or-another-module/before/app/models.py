class Request:
    pass
