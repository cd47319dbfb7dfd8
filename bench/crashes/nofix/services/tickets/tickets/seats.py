"""Which seats there are, and who has them."""

from dataclasses import dataclass


class SeatTaken(ValueError):
    """Somebody else was quicker."""


class NoSuchSeat(LookupError):
    """The hall has no seat of that label."""


@dataclass
class Seat:
    label: str
    price_cents: int
    holder: str | None = None


class Store:
    def __init__(self, rows="ABC", per_row=8):
        self.seats = {}
        for position, row in enumerate(rows):
            for number in range(1, per_row + 1):
                label = f"{row}{number}"
                self.seats[label] = Seat(label, 4200 - 600 * position)

    def seat(self, label):
        if label not in self.seats:
            raise NoSuchSeat(label)
        return self.seats[label]

    def holder(self, label):
        if label not in self.seats:
            return None
        return self.seats[label].holder

    def reserve(self, label, name):
        seat = self.seat(label)
        if seat.holder is not None:
            raise SeatTaken(f"{label} is taken")
        seat.holder = name
        return seat

    def free(self):
        return [seat for seat in self.seats.values() if seat.holder is None]
