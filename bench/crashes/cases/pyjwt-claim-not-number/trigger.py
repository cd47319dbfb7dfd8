import jwt

KEY = "0123456789abcdef0123456789abcdef"


def trigger():
    token = jwt.encode({"sub": "ann", "exp": [1767225600]}, KEY, algorithm="HS256")
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as refused:
        return str(refused)
