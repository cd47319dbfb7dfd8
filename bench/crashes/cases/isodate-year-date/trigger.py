import datetime

import isodate


def trigger():
    began = datetime.date(2021, 5, 31)
    term = isodate.parse_duration("P1Y3M")
    return (began + term).isoformat()
