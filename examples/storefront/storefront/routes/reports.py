"""Figures by day."""

from flask import Blueprint, jsonify

from storefront.reports import Sale, summary

blueprint = Blueprint("reports", __name__)
SALES = {"2026-03-02": [Sale("MUG-01", 2, 1800), Sale("PEN-10", 1, 600)]}


@blueprint.get("/reports/<day>")
def report(day: str):
    return jsonify(summary(SALES.get(day, [])))
