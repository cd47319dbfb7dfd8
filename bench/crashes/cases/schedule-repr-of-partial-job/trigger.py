import schedule


def trigger():
    waiting = schedule.Scheduler().every(10).minutes
    return repr(waiting)
