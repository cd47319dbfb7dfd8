"""Products and coupons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    cents: int
    grams: int


@dataclass(frozen=True)
class Coupon:
    code: str
    percent: int
    free_shipping: bool = False


PRODUCTS = {
    product.sku: product
    for product in (
        Product("MUG-01", "Mug, white", 900, 350),
        Product("MUG-02", "Mug, blue", 950, 350),
        Product("TEE-M", "T-shirt, M", 1900, 180),
        Product("PEN-10", "Pens, ten", 600, 90),
    )
}
COUPONS = (Coupon("WELCOME10", 10), Coupon("SHIPFREE", 0, free_shipping=True), Coupon("SUMMER20", 20))


def find_product(sku: str) -> Product | None:
    """The product, or None when there is none with this SKU."""
    return PRODUCTS.get(sku)


def find_coupon(code: str) -> Coupon | None:
    """The coupon, or None when nobody ever issued it."""
    for coupon in COUPONS:
        if coupon.code == code.upper():
            return coupon
    return None
