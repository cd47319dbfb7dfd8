"""HTTP face of the ticket shop."""

import os

from flask import Flask, jsonify, request

from tickets import hall, payments, seats


def create_app(store=None):
    app = Flask("tickets")
    store = store if store is not None else seats.Store()

    @app.post("/orders")
    def order():
        wanted = request.get_json()
        seat = store.reserve(wanted["seat"], wanted["name"])
        gateway = payments.Gateway(os.environ["PAYMENT_URL"], os.environ["PAYMENT_KEY"])
        receipt = gateway.charge(seat.price_cents, wanted["card_token"])
        return jsonify(seat=seat.label, receipt=receipt["id"])

    @app.get("/orders/<number>/payment")
    def payment(number):
        gateway = payments.Gateway(os.environ["PAYMENT_URL"], os.environ.get("PAYMENT_READ_KEY", ""))
        return jsonify(status=gateway.status(number))

    @app.get("/hall")
    def describe():
        return jsonify(hall.describe(store))

    return app
