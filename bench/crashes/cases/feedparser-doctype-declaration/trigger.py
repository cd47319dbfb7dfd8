import feedparser

FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>News</title>
<item><title>One</title><description>&lt;!DOCTYPE note [ draft ]&gt; text</description></item>
</channel></rss>"""


def trigger():
    parsed = feedparser.parse(FEED)
    return [[entry.title, entry.summary] for entry in parsed.entries]
