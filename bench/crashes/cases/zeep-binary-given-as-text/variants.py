from lxml import etree
from trigger import UPLOAD
from zeep import xsd


def rendered(**values):
    def render():
        body = etree.Element("body")
        UPLOAD.render(body, UPLOAD(**values))
        return etree.tostring(body).decode()

    return render


def value_of(kind, value):
    def convert():
        converted = kind.xmlvalue(value)
        return converted.decode() if isinstance(converted, bytes) else converted

    return convert


VARIANTS = [
    value_of(xsd.Base64Binary(), "YWJj"),
    value_of(xsd.Base64Binary(), ""),
    rendered(name="b", content="żółw"),
    rendered(name="b", content=b"abc"),
    rendered(name="b", content=bytearray(b"abc")),
    value_of(xsd.Base64Binary(), b""),
    value_of(xsd.Base64Binary(), 7),
    rendered(name="b", content=None),
]
