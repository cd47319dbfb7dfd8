"""How many of each product lie in the warehouse."""

from __future__ import annotations


class Warehouse:
    """Counts by SKU; products that never arrived have no entry."""

    def __init__(self, counts: dict[str, int] | None = None) -> None:
        self.counts = dict(counts or {})
        self.reserved: dict[str, int] = {}

    def receive(self, sku: str, quantity: int) -> None:
        self.counts[sku] = self.counts.get(sku, 0) + quantity

    def available(self, sku: str) -> int:
        """What can still be sold."""
        return self.counts.get(sku, 0) - self.reserved.get(sku, 0)

    def shelf_label(self, sku: str) -> str:
        """What hangs on the shelf."""
        return f"{sku}: {self.counts[sku]} in store"
