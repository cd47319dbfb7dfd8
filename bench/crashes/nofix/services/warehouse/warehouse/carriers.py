"""The carrier's API: labels and tracking."""

import ssl

import httpx


class LabelRefused(Exception):
    """The carrier does not take this parcel."""


class CarrierClient:
    def __init__(self, carrier):
        verify = ssl.create_default_context(cafile=carrier.verify) if carrier.verify else True
        self.client = httpx.AsyncClient(
            base_url=carrier.url,
            headers={"X-Token": carrier.token},
            timeout=carrier.timeout_seconds,
            verify=verify,
        )

    async def label(self, parcel):
        answer = await self.client.post("/labels", json=parcel)
        if answer.status_code == 422:
            raise LabelRefused(answer.json()["message"])
        answer.raise_for_status()
        return answer.json()["label"]

    async def track(self, number):
        try:
            answer = await self.client.get(f"/track/{number}")
        except httpx.ConnectTimeout:
            return {"number": number, "state": "unknown"}
        return answer.json()
