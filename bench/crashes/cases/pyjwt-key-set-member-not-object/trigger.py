import jwt

KEYS = {"keys": ["revoked", {"kty": "oct", "kid": "main", "k": "c2VjcmV0"}]}


def trigger():
    found = jwt.PyJWKSet.from_dict(KEYS)
    return [key.key_id for key in found.keys]
