import jwt

GOOD = {"kty": "oct", "kid": "a", "k": "c2VjcmV0"}


def usable(*keys):
    return lambda: [key.key_id for key in jwt.PyJWKSet.from_dict({"keys": list(keys)}).keys]


VARIANTS = [
    usable(None),
    usable(GOOD, 7, ["kty"]),
    usable(GOOD),
    usable({"kty": "unknown"}, GOOD),
    usable({"kty": "unknown"}),
    usable(),
]
