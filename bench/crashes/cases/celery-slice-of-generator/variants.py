from celery.utils.functional import regen


def squares():
    return regen(number * number for number in range(6))


VARIANTS = [
    lambda: squares()[::-1],
    lambda: squares()[-2:],
    lambda: squares()[:0],
    lambda: squares()[2],
    lambda: squares()[-1],
    lambda: regen([1, 2, 3])[1:],
    lambda: squares()[10],
]
