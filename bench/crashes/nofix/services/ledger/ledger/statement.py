"""Bank statements: semicolon-separated text."""

from dataclasses import dataclass


@dataclass
class Entry:
    text: str
    other: str
    cents: int


def read(path):
    with path.open(encoding="utf-8") as file:
        return [parse(line) for line in file if line.strip()]


def parse(line):
    text, other, amount = line.strip().split(";")
    return Entry(text, other or "unknown", round(float(amount.replace(",", ".")) * 100))


def remembered(path):
    """Names of statements that were booked; none before the first."""
    try:
        return path.read_text().split()
    except FileNotFoundError:
        return []
