from datetime import datetime

from dateparser.search import search_dates


def trigger():
    found = search_dates("聽日", settings={"RELATIVE_BASE": datetime(2026, 1, 1)})
    return [[text, day.isoformat()] for text, day in found or []]
