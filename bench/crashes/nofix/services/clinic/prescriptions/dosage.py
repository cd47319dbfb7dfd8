"""What may be prescribed. A dose is never corrected silently: a person has to look."""

DAILY_LIMIT_MG = {"ibuprofen": 2400, "metformin": 3000, "warfarin": 10}


class UnsafeDose(Exception):
    """More than may be taken in a day."""


def limit(drug):
    """None for a drug without a limit of its own."""
    return DAILY_LIMIT_MG.get(drug.lower())


def check(drug, milligrams, per_day):
    most = limit(drug)
    if most is None:
        return
    daily = milligrams * per_day
    if daily > most:
        raise UnsafeDose(f"{daily} mg of {drug} a day, at most {most} mg")
