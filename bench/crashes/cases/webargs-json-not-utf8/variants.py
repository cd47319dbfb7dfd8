from flask import Flask
from webargs import fields
from webargs.core import parse_json
from webargs.flaskparser import parser
from werkzeug.exceptions import HTTPException

app = Flask("shop")


def parsed(body):
    def parse():
        with app.test_request_context("/", method="POST", data=body, content_type="application/json"):
            try:
                return parser.parse({"name": fields.Str(missing="nobody")}, locations=["json"])
            except HTTPException as refused:
                return refused.code

    return parse


VARIANTS = [
    parsed(b"\xff\xfe"),
    lambda: parse_json(b'"\xe9"'),
    parsed('{"name": "Zoë"}'.encode()),
    parsed(b'{"name": '),
    parsed(b""),
    lambda: parse_json(b'"\xe9"', encoding="latin-1"),
]
