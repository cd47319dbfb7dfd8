import datetime

from croniter import croniter

BEGAN = datetime.datetime(2021, 4, 1)


def following(expression):
    return lambda: croniter(expression, BEGAN, hash_id="hello").get_next(datetime.datetime).isoformat()


VARIANTS = [
    following("* * R/0 * *"),
    following("0 0 * H/0 *"),
    following("H/0 * * * *"),
    following("H/15 * * * *"),
    following("H(10-20)/5 2 * * *"),
    following("*/0 * * * *"),
]
