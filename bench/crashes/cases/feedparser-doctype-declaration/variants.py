import feedparser


def summary(markup):
    def parse():
        feed = f'<rss version="2.0"><channel><item><description><![CDATA[{markup}]]></description></item></channel></rss>'
        return [entry.get("summary") for entry in feedparser.parse(feed).entries]

    return parse


VARIANTS = [
    summary("<![broken"),
    summary("<![foo[ x ] y"),
    summary("<!DOCTYPE html [<!BOGUS>]> after"),
    summary("<!-- remark --> text"),
    summary("<p>fine &amp; well</p>"),
]
