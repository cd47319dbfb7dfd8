"""Uploads of suppliers."""

from dataclasses import asdict

from flask import Blueprint, jsonify, request

from storefront.imports import read_price_list

blueprint = Blueprint("imports", __name__)


@blueprint.post("/price-lists")
def upload():
    rows = read_price_list(request.get_data(as_text=True))
    return jsonify(rows=[asdict(row) for row in rows])
