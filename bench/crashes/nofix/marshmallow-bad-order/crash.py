from marshmallow import Schema, fields, validate


class Order(Schema):
    sku = fields.String(required=True)
    pieces = fields.Integer(required=True, validate=validate.Range(min=1))


def accept(body):
    return Order().load(body)


accept({"sku": "mug", "pieces": 0, "colour": "blue"})
