import feedparser

HEAD = '<rss version="2.0" xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml"><channel>'


def parsed(item):
    def parse():
        feed = feedparser.parse(f'<?xml version="1.0"?>{HEAD}<title>Here</title><item>{item}</item></channel></rss>')
        return [[entry.get("title"), entry.get("where"), feed.feed.get("title")] for entry in feed.entries]

    return parse


VARIANTS = [
    parsed('<title>a</title><gml:Point srsName="EPSG:4326"><gml:pos>1 2</gml:pos></gml:Point>'),
    parsed("<gml:LineString><gml:posList>1 2 3 4</gml:posList></gml:LineString>"),
    parsed("<title>b</title><georss:where><gml:Point><gml:pos>1 2</gml:pos></gml:Point></georss:where>"),
    parsed("<title>c</title><georss:point>1 2</georss:point>"),
    parsed("<title>d</title>"),
]
