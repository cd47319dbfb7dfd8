from flask_restx import fields, marshal


def trigger():
    product = {"name": "pen", "price": {"amount": 3}}
    return marshal(product, {"name": fields.String, "price": fields.Float})
