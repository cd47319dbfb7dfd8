"""What the entrance screen shows."""

import humanize


def describe(store, power_watts=0):
    """Seats left, what they would bring in, and what the stage lights draw at the moment."""
    free = store.free()
    worth = sum(seat.price_cents for seat in free) / 100
    return {
        "free": humanize.apnumber(len(free)),
        "worth": humanize.intcomma(f"{worth:.2f}"),
        "lights": humanize.metric(power_watts, "W"),
    }
