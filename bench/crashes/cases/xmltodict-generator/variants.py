import io

import xmltodict

VARIANTS = [
    lambda: xmltodict.parse(part for part in [b"<a/>"]),
    lambda: xmltodict.parse("<a><b>1</b></a>"),
    lambda: xmltodict.parse(io.BytesIO(b"<a>1</a>")),
    lambda: xmltodict.parse(["<a/>"]),
]
