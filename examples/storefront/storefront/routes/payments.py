"""Paying for an order."""

from flask import Blueprint, jsonify

from storefront.payments import charge

blueprint = Blueprint("payments", __name__)


@blueprint.post("/orders/<order>/pay/<int:cents>")
def pay(order: str, cents: int):
    return jsonify(reference=charge(order, cents))
