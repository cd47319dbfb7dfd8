"""The warehouse."""

from flask import Blueprint, jsonify

from storefront.stock import Warehouse

blueprint = Blueprint("stock", __name__)
warehouse = Warehouse({"MUG-01": 12, "PEN-10": 40})


@blueprint.get("/stock/<sku>")
def show(sku: str):
    return jsonify(available=warehouse.available(sku), label=warehouse.shelf_label(sku))
