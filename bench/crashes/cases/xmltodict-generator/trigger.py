import xmltodict


def trigger():
    chunks = (part for part in [b"<order>", b"<id>7</id>", b"</order>"])
    return xmltodict.parse(chunks)
