import datetime

from croniter import croniter


def trigger():
    began = datetime.datetime(2021, 4, 1)
    schedule = croniter("0 3 H/0 * *", began, hash_id="nightly-report")
    return schedule.get_next(datetime.datetime).isoformat()
