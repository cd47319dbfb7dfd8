from flask import Flask
from webargs import fields
from webargs.flaskparser import parser
from werkzeug.exceptions import HTTPException

app = Flask("shop")


def trigger():
    body = '{"name": "Zoë"}'.encode("latin-1")
    with app.test_request_context("/", method="POST", data=body, content_type="application/json"):
        try:
            return parser.parse({"name": fields.Str()}, locations=["json"])
        except HTTPException as refused:
            return refused.code
