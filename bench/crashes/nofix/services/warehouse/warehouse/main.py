"""HTTP face of the warehouse."""

from fastapi import FastAPI

from warehouse import settings as configuration
from warehouse.carriers import CarrierClient
from warehouse.parcels import Parcel, weigh


def create_app(settings=None):
    app = FastAPI(title="warehouse")

    def carrier():
        return CarrierClient(configuration.carrier(settings or configuration.load()))

    @app.post("/parcels")
    async def send(parcel: Parcel):
        body = {"to": parcel.to, "grams": weigh(parcel.lines), "reference": parcel.reference}
        return {"label": await carrier().label(body)}

    @app.get("/parcels/{number}")
    async def track(number: str):
        return await carrier().track(number)

    return app
