"""Price lists that suppliers upload as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from storefront.errors import ImportFailed


@dataclass(frozen=True)
class SupplierRow:
    sku: str
    cents: int
    minimum: int


def parse_price(text: str) -> int:
    """Cents from a price such as 12.50."""
    try:
        return round(float(text) * 100)
    except ValueError:
        raise ImportFailed(f"not a number: {text!r}") from None


def parse_weight(text: str) -> int:
    """Grams from a weight such as 350."""
    try:
        return int(text)
    except ValueError:
        raise ImportFailed(f"not a number: {text!r}") from None


def parse_minimum(text: str) -> int:
    """The smallest quantity that the supplier delivers."""
    return int(text)


def read_price_list(text: str) -> list[SupplierRow]:
    """The rows of a supplier's price list."""
    rows = csv.DictReader(io.StringIO(text))
    return [SupplierRow(row["sku"], parse_price(row["price"]), parse_minimum(row["minimum"])) for row in rows]
