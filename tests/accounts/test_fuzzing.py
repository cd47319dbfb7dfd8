"""Whatever is sent to the API by its own description: an answer, and never an error of ours."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from accounts.conftest import House, house
from paramedic.store import service_users
from paramedic.web.devin.permissions import Permission
from sessions.test_digest import event, hook, receive

EXAMPLES = 6
"""Per operation, so that all of them take seconds."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> House:
    place = house(tmp_path_factory.mktemp("fuzzing"), paramedic_api_token="t0ken")
    receive(place.engine, *(event(number) for number in range(3)), hook("created", "2026-01-01T00:00:00Z", shortId="DESK-1"))
    return place


@pytest.fixture(scope="module")
def cog(place: House) -> str:
    with place.engine.begin() as connection:
        return service_users.create(connection, "fuzz", list(Permission), service_users.HOME_ORGANISATION)[1]


def test_no_request_is_an_error_of_ours(place: House, cog: str) -> None:
    schema = schemathesis.openapi.from_dict(place.app.openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 40
    answers: set[int] = set()

    def tried(case: schemathesis.Case) -> None:
        token = cog if case.path.startswith(("/v1/", "/v3/")) else "t0ken"
        if "org_id" in case.path_parameters:
            case.path_parameters["org_id"] = service_users.HOME_ORGANISATION
        response = case.call(app=place.app, base_url="http://127.0.0.1:8337", headers={"Authorization": f"Bearer {token}"})
        case.validate_response(response, checks=[not_a_server_error])
        answers.add(response.status_code)

    bounds = settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    for operation in operations:
        bounds(given(case=operation.as_strategy())(tried))()
    assert {200, 404, 422} <= answers, "most were refused before anything was tried"
    assert not answers & {401, 403}
