import bleach


def cleaned(text):
    return lambda: bleach.clean(text)


def linked(text):
    return lambda: bleach.linkify(text)


VARIANTS = [
    cleaned('<a href="&#x;">y</a>'),
    cleaned('<a href="/a&#99999999999;b">y</a>'),
    linked('<a href="https://example.org/&#x;">y</a>'),
    cleaned('<a href="&#0;">y</a>'),
    cleaned('<a href="&#104;ttp://example.org/">y</a>'),
    cleaned('<a href="java&#x73;cript:alert(1)">y</a>'),
    linked("https://example.org/?a=1&amp;b=2"),
    cleaned("&#x110000; <b>bold</b>"),
]
