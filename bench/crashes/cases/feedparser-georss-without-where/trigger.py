import feedparser

FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:gml="http://www.opengis.net/gml">
<channel><title>Quakes</title>
<item><title>M 3.2</title><gml:Point><gml:pos>45.256 -71.92</gml:pos></gml:Point></item>
</channel></rss>"""


def trigger():
    parsed = feedparser.parse(FEED)
    return [entry.title for entry in parsed.entries]
