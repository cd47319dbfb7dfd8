import schedule


def report():
    return None


def daily():
    return schedule.Scheduler().every().day.at("10:30")


VARIANTS = [
    lambda: repr(schedule.Scheduler().every().monday),
    lambda: repr(schedule.Scheduler().every(2).to(5).hours),
    lambda: str(schedule.Scheduler().every().second),
    lambda: repr(schedule.Scheduler().every(2).hours.do(report)).split(" (")[0],
    lambda: str(daily().do(report, "sales", limit=3)),
]
