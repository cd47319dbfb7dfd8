from bs4 import BeautifulSoup

TWICE = "<html class='a b'><body class='c d'><p class='e f'>x</p><html lang='en'><body id='g' rel='h i'>"


def attributes(page, parser="html5lib", **options):
    return lambda: [tag.attrs for tag in BeautifulSoup(page, parser, **options).find_all(True)]


VARIANTS = [
    attributes(TWICE, multi_valued_attributes=None),
    attributes(TWICE, multi_valued_attributes={"body": ["rel"]}),
    attributes(TWICE, multi_valued_attributes={"*": ["rel"]}),
    attributes(TWICE),
    attributes("<p class='a b'>x</p>", multi_valued_attributes=None),
    attributes(TWICE, "html.parser", multi_valued_attributes=None),
]
