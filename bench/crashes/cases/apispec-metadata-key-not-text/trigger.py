from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields


class OrderSchema(Schema):
    total = fields.Int(metadata={"description": "in cents", 404: "no such order"})


def trigger():
    spec = APISpec("Orders", "1.0", "3.0.2", plugins=[MarshmallowPlugin()])
    spec.components.schema("Order", schema=OrderSchema)
    return spec.to_dict()["components"]["schemas"]
