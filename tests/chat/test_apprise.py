"""Any other service, through the real Apprise, to a server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.chat.conftest import Ward
from tests.standins.base import Answer, Asked, Fault, StandIn

from paramedic.integrations.chats import open_chats
from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings


class JsonService(StandIn):
    routes = (("POST", "/told", "told"),)

    def told(self, asked: Asked) -> Answer:
        return Answer(200, {})


@pytest.fixture
def service() -> Iterator[StandIn]:
    with JsonService().running() as running:
        yield running


@pytest.fixture
def told(engine: sa.Engine, tmp_path: Path, service: StandIn) -> Ward:
    return Ward(engine, tmp_path, apprise_urls=f"json://{service.url.removeprefix('http://')}/told")


def test_a_service_is_told_as_plain_text(told: Ward, service: StandIn) -> None:
    told.crash(title="KeyError: <b>'sku'</b>")
    told.tick()
    told.tick()
    (asked,) = service.asked
    assert isinstance(asked.body, dict)
    assert asked.body["title"] == "KeyError: <b>'sku'</b>"
    assert "60 events in 24 hours" in asked.body["message"]


def test_what_no_service_took_is_recorded_and_not_repeated(told: Ward, service: StandIn) -> None:
    service.faults = [Fault(status=500)]
    told.crash()
    told.tick()
    told.tick()
    (effect,) = told.message_effects()
    assert (effect.state, effect.reason.split(".")[0]) == ("failed", "0 of 1 services took the message")


def test_an_address_that_it_does_not_know_is_named_by_its_place() -> None:
    with pytest.raises(NotConfigured, match="Address 2 of APPRISE_URLS") as refused:
        open_chats(Settings(apprise_urls="json://127.0.0.1/ nonsense://secret"))
    assert "secret" not in str(refused.value)
