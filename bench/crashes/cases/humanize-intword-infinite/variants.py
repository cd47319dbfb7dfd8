import humanize

VARIANTS = [
    lambda: humanize.intword(float("-inf")),
    lambda: humanize.intword("inf"),
    lambda: humanize.intword("many"),
    lambda: humanize.intword(1200000),
    lambda: humanize.intword(999),
]
