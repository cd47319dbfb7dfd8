from apispec.ext.marshmallow import OpenAPIConverter
from marshmallow import fields


def properties(**metadata):
    converter = OpenAPIConverter("3.0.2", lambda schema: None, None)
    return converter.field2property(fields.Str(metadata=metadata.pop("keys", metadata)))


VARIANTS = [
    lambda: properties(keys={1: "one"}),
    lambda: properties(keys={("x", "y"): 2, "title": "Name"}),
    lambda: properties(keys={None: "nothing", "x_internal": True}),
    lambda: properties(description="a name"),
    lambda: properties(x_order=3, unknown=4),
    lambda: properties(),
]
