import jwt
from trigger import KEY


def decoded(**claims):
    def decode():
        token = jwt.encode(claims, KEY, algorithm="HS256")
        return jwt.decode(token, KEY, algorithms=["HS256"])

    return decode


VARIANTS = [
    decoded(exp={}),
    decoded(nbf=[]),
    decoded(iat={"at": 1}),
    decoded(exp="soon"),
    decoded(iat="soon"),
    decoded(sub="ann", exp=99999999999, nbf="1"),
    decoded(exp=1),
]
