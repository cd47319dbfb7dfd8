import datetime

import isodate

DAY = datetime.date(2020, 2, 29)


def after(term):
    return lambda: (DAY + term).isoformat()


VARIANTS = [
    after(isodate.parse_duration("P1Y")),
    after(isodate.parse_duration("P13M")),
    after(isodate.parse_duration("P10D")),
    after(isodate.Duration(years=1)),
    after(isodate.parse_duration("P0.5Y")),
]
