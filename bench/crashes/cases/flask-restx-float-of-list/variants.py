from flask_restx import fields, marshal


def marshalled(value, field):
    return lambda: marshal({"total": value}, {"total": field})


VARIANTS = [
    marshalled([1.5], fields.Float),
    marshalled([[1]], fields.List(fields.Float)),
    marshalled("1.5", fields.Float),
    marshalled(None, fields.Float(default=0.5)),
    marshalled("cheap", fields.Float),
    marshalled([1, "2"], fields.List(fields.Float)),
]
