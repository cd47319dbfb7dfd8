"""What the shop tells a client it did wrong."""


class ShopError(Exception):
    """Answered with ``status`` and the message."""

    status = 400


class ImportFailed(ShopError):
    """A file that was uploaded cannot be taken."""


class UnknownProduct(ShopError):
    """There is no product with this SKU."""

    status = 404
