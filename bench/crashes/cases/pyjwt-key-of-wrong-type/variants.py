import jwt

GOOD = {"kty": "oct", "kid": "a", "k": "c2VjcmV0"}


def made(**parts):
    return lambda: jwt.PyJWK.from_dict(parts).key_id


def usable(*keys):
    return lambda: [key.key_id for key in jwt.PyJWKSet.from_dict({"keys": list(keys)}).keys]


VARIANTS = [
    made(kty="oct", k=None),
    made(kty="oct", k=["c2VjcmV0"]),
    usable({"kty": "oct", "k": 5}, GOOD),
    made(**GOOD),
    made(kty="unknown"),
    usable({"kty": "unknown"}, GOOD),
]
