import bleach

COMMENT = 'See <a href="https://example.org/?q=&#x110000;">here</a>'


def trigger():
    return bleach.clean(COMMENT)
