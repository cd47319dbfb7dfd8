from datetime import datetime

from dateparser.search import search_dates


def searched(text, *languages):
    def search():
        found = search_dates(text, languages=list(languages) or None, settings={"RELATIVE_BASE": datetime(2026, 1, 1)})
        return [[found_text, day.isoformat()] for found_text, day in found or []]

    return search


VARIANTS = [
    searched("明天", "zh-Hans"),
    searched("明天", "zh-Hant"),
    searched("聽日", "yue"),
    searched("2025年3月1日", "zh"),
    searched("due on 1 March 2025", "en"),
    searched("nothing here", "en"),
]
