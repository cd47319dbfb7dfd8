import jwt


def who(token, secret):
    return jwt.decode(token, secret, algorithms=["HS256"])["sub"]


secret = "sample " * 6
who(jwt.encode({"sub": "sample", "exp": 1_700_000_000}, secret), secret)
