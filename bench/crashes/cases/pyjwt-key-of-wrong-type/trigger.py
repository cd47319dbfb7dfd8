import jwt


def trigger():
    try:
        return jwt.PyJWK.from_dict({"kty": "oct", "kid": "main", "k": 12345}).key_id
    except jwt.InvalidKeyError:
        return "not a key"
