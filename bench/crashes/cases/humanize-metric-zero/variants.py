import humanize

VARIANTS = [
    lambda: humanize.metric(0.0),
    lambda: humanize.metric(0, "V", precision=1),
    lambda: humanize.metric(1500, "V"),
    lambda: humanize.metric(-0.0042, "A"),
    lambda: humanize.metric(2e8, "W", precision=2),
]
