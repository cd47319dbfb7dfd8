"""What goes into a box."""

from pydantic import BaseModel

HEAVIEST_GRAMS = 31_500


class TooHeavy(ValueError):
    """No carrier takes a box of this weight: it has to be split by a person."""


class Line(BaseModel):
    sku: str
    pieces: int
    grams_each: int


class Parcel(BaseModel):
    reference: str
    to: str
    lines: list[Line]


def weigh(lines):
    grams = 120 + sum(line.pieces * line.grams_each for line in lines)
    if grams > HEAVIEST_GRAMS:
        raise TooHeavy(f"{grams} g in one box, at most {HEAVIEST_GRAMS} g")
    return grams
