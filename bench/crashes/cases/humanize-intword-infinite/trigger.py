import humanize


def trigger():
    remaining = float("inf")
    return humanize.intword(remaining)
