"""Baskets and checkout."""

from flask import Blueprint, jsonify, request

from storefront import pricing
from storefront.catalog import find_product
from storefront.errors import UnknownProduct

blueprint = Blueprint("checkout", __name__)


@blueprint.post("/quote")
def quote():
    """What a basket would cost."""
    basket, code = request.json["basket"], request.json.get("coupon", "")
    lines = []
    for sku, quantity in basket.items():
        product = find_product(sku)
        if product is None:
            raise UnknownProduct(sku)
        lines.append((product.cents, quantity))
    goods = pricing.subtotal(lines)
    off = pricing.discount(goods, code) if code else 0
    return jsonify(goods=goods, discount=off, shipping=pricing.shipping(goods - off, code))
