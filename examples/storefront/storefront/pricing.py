"""What an order costs, in cents."""

from __future__ import annotations

from storefront.catalog import find_coupon

SHIPPING_CENTS = 490
FREE_SHIPPING_FROM_CENTS = 5000


def subtotal(lines: list[tuple[int, int]]) -> int:
    """The sum of (cents, quantity) pairs."""
    return sum(cents * quantity for cents, quantity in lines)


def shipping(cents: int, code: str) -> int:
    """What shipping costs for goods of this worth."""
    if cents >= FREE_SHIPPING_FROM_CENTS:
        return 0
    coupon = find_coupon(code)
    if coupon is None:
        return SHIPPING_CENTS
    return 0 if coupon.free_shipping else SHIPPING_CENTS


def bonus_points(cents: int, code: str) -> int:
    """Points for the loyalty card: one for a whole euro, none on what a coupon gave."""
    coupon = find_coupon(code)
    if coupon is None:
        return 0
    return cents * (100 - coupon.percent) // 10_000


def discount(cents: int, code: str) -> int:
    """What the coupon takes off."""
    coupon = find_coupon(code)
    return cents * coupon.percent // 100
