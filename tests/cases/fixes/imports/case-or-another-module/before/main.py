from app.models import request

print(request)
