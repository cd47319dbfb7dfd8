from lxml import etree
from zeep import xsd

UPLOAD = xsd.Element(
    "upload",
    xsd.ComplexType(
        xsd.Sequence(
            [
                xsd.Element("name", xsd.String()),
                xsd.Element("content", xsd.Base64Binary()),
            ]
        )
    ),
)


def trigger():
    body = etree.Element("body")
    UPLOAD.render(body, UPLOAD(name="a.pdf", content="JVBERi0xLjQ="))
    return etree.tostring(body).decode()
