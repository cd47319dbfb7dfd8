"""Figures for the shop's owner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sale:
    sku: str
    quantity: int
    cents: int


def items_per_sale(sales: list[Sale]) -> float:
    """How many items a sale has on average."""
    if not sales:
        return 0.0
    return sum(sale.quantity for sale in sales) / len(sales)


def average_value(sales: list[Sale]) -> float:
    """What a sale is worth on average, in cents."""
    return sum(sale.cents for sale in sales) / len(sales)


def largest(sales: list[Sale]) -> int:
    """The worth of the largest sale, in cents."""
    return max((sale.cents for sale in sales), default=0)


def summary(sales: list[Sale]) -> dict[str, float]:
    return {"items": items_per_sale(sales), "value": average_value(sales), "largest": largest(sales)}
