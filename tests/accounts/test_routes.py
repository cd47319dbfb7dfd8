"""Every route of every page and of the API, for everybody that there is: nothing is reachable that should not be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from accounts.conftest import House, house, seal_in, sign_in
from paramedic.model.accounts import Role
from paramedic.store import service_users
from paramedic.web.devin import absent
from paramedic.web.devin.permissions import Permission, holds

PEOPLE = {"vera": Role.VIEWER, "rosa": Role.RESPONDER, "ada": Role.ADMIN}
OPEN = {
    # Deliveries and what people press in chats: each is signed, or carries its own key.
    "/api/{project}/envelope/", "/api/{project}/store/", "/webhook/sentry", "/sentry-webhook", "/api/v1/webhooks/sentry/error",
    "/webhook/sentry/legacy/{token}", "/webhook/slack", "/webhook/telegram",
    "/webhook/github", "/webhook/gitlab", "/webhook/gitea",
    # For strangers.
    "/health", "/api/v1/health", "/openapi.json", "/assets/{name}",
    "/login", "/login/oidc", "/login/oidc/callback", "/welcome/{token}",
}  # fmt: skip
FOR_ANY_SERVICE_USER = {"/v3/self", "/v3/enterprise/organizations"} | {route.path for route in absent.router.routes}


@dataclass(frozen=True)
class Way:
    """One method on one path; ``needs`` is the role or the permission that its code names."""

    method: str
    template: str
    needs: Role | Permission | None

    @property
    def path(self) -> str:
        filled = self.template.replace("{org_id}", service_users.HOME_ORGANISATION)
        return re.sub(r"\{[^}]*\}", "1", filled)

    @property
    def is_page(self) -> bool:
        return isinstance(self.needs, Role) and not self.template.startswith(("/api/", "/analysis/", "/metrics"))


def ways(routes: list[BaseRoute]) -> Iterator[Way]:
    for route in routes:
        assert isinstance(route, Route | APIRoute), f"{route} is of a kind that this test does not know"
        needs = named_by(route)
        for method in sorted((route.methods or {"POST"}) - {"HEAD", "OPTIONS"}):
            yield Way(method, route.path, needs)


def named_by(route: Route | APIRoute) -> Role | Permission | None:
    if not isinstance(route, APIRoute):
        return getattr(route.endpoint, "needs", None)
    found = [call.needs for call in calls_of(route.dependant) if hasattr(call, "needs")]
    assert len(found) <= 1, f"{route.path} names {found}"
    return found[0] if found else None


def calls_of(dependant: object) -> Iterator[object]:
    for below in dependant.dependencies:
        yield below.call
        yield from calls_of(below)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> House:
    place = house(tmp_path_factory.mktemp("routes"), paramedic_api_token="t0ken")
    for name in ("ada", "rosa", "vera"):
        place.add(name, PEOPLE[name])
    return place


@pytest.fixture(scope="module")
def all_ways(place: House) -> list[Way]:
    return list(ways(list(flat(place.app.routes))))


def flat(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """FastAPI keeps a router that was included as one route, with its own below."""
    for route in routes:
        below = getattr(route, "original_router", None)
        yield from flat(below.routes) if below else (route,)


def test_every_route_names_what_it_needs_or_is_known_to_be_open(all_ways: list[Way]) -> None:
    assert len(all_ways) > 90
    unnamed = {way.template for way in all_ways if way.needs is None}
    assert unnamed - {"/mcp"} - FOR_ANY_SERVICE_USER <= OPEN
    assert {way.template for way in all_ways if way.needs is not None} & OPEN == set()


def test_strangers_reach_nothing_but_what_is_open(place: House, all_ways: list[Way]) -> None:
    with place.browser() as browser:
        for way in all_ways:
            if way.template not in OPEN:
                answer = browser.request(way.method, way.path)
                turned_away = answer.status_code == 303 and answer.headers["location"].startswith("/login")
                if way.template.endswith("/live"):
                    assert answer.status_code == 403, way
                else:
                    assert turned_away if way.is_page else answer.status_code == 401, (way, answer.status_code)


@pytest.mark.parametrize("name", PEOPLE)
def test_people_reach_the_pages_of_their_role(place: House, all_ways: list[Way], name: str) -> None:
    with place.browser() as browser:
        assert sign_in(browser, name) == 303
        seal = seal_in(browser.get("/account").text)
        for way in all_ways:
            # Signing out would end the walk, and the stream of the overview never ends.
            if way.is_page and way.template not in ("/logout", "/live"):
                answer = browser.request(way.method, way.path, data={"seal": seal} if way.method == "POST" else None)
                expected_refusal = not PEOPLE[name].covers(way.needs)
                assert ("This needs the role" in answer.text) is expected_refusal, (way, answer.status_code)
                assert (answer.status_code == 403) is expected_refusal, (way, answer.status_code)
                if way.method == "POST":
                    assert browser.post(way.path, data={"seal": "0" * 64}).status_code == 403, (way, "without the seal")
            elif not way.is_page and way.template not in OPEN:
                assert browser.request(way.method, way.path).status_code == 401, (way, "the API takes no cookie")


@pytest.mark.parametrize("name", PEOPLE)
def test_tokens_of_people_reach_the_routes_of_their_role(place: House, all_ways: list[Way], name: str) -> None:
    bearer = {"Authorization": f"Bearer {place.token(name, PEOPLE[name])}"}
    with place.browser() as browser:
        assert not surprises(browser, all_ways, bearer, PEOPLE[name])


def test_the_api_token_reaches_every_route_but_those_of_the_sessions_api(place: House, all_ways: list[Way]) -> None:
    with place.browser() as browser:
        assert not surprises(browser, all_ways, {"Authorization": "Bearer t0ken"}, Role.ADMIN)


def surprises(browser: TestClient, all_ways: list[Way], bearer: dict[str, str], role: Role) -> list[tuple[Way, int]]:
    """Routes of the API that answer the bearer otherwise than its role lets expect."""
    found = []
    for way in all_ways:
        if way.is_page or way.template in OPEN or way.template == "/mcp":
            continue
        answer = browser.request(way.method, way.path, headers=bearer)
        expected = None if isinstance(way.needs, Role) and role.covers(way.needs) else 403 if isinstance(way.needs, Role) else 401
        as_expected = answer.status_code == expected if expected else answer.status_code not in (401, 403)
        if not as_expected:
            found.append((way, answer.status_code))
    return found


@pytest.mark.parametrize("permission", Permission)
def test_service_users_reach_what_their_permission_covers(place: House, all_ways: list[Way], permission: Permission) -> None:
    with place.engine.begin() as connection:
        _user, token = service_users.create(connection, permission, [permission], service_users.HOME_ORGANISATION)
    with place.browser() as browser:
        for way in all_ways:
            if way.is_page or way.template in OPEN or way.template == "/mcp":
                continue
            answer = browser.request(way.method, way.path, headers={"Authorization": f"Bearer {token}"})
            if isinstance(way.needs, Role):
                assert answer.status_code == 401, (way, answer.status_code)
            elif way.needs is None or holds([permission], way.needs):
                assert answer.status_code not in (401, 403), (way, answer.status_code)
            else:
                assert answer.status_code == 403, (way, answer.status_code)
            foreign = way.path.replace(service_users.HOME_ORGANISATION, "org-another")
            if foreign != way.path:
                refused = browser.request(way.method, foreign, headers={"Authorization": f"Bearer {token}"})
                assert refused.status_code == 403, (way, "of another organization")


def test_the_protocol_of_tools_asks_who_it_is(place: House) -> None:
    asked = {"name": "start_triage", "arguments": {"issue": "1"}}
    document = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    with TestClient(place.app, "http://127.0.0.1:8337", client=("127.0.0.1", 5)) as client:
        for name, words in (("vera", "UseDevinSessions"), ("rosa", "There is no issue")):
            bearer = {"Authorization": f"Bearer {place.token(name, PEOPLE[name])}"}
            assert words in client.post("/mcp", json=document, headers=headers | bearer).text
        assert client.post("/mcp", json=document, headers=headers).status_code == 401


def test_a_first_look_needs_no_account_on_this_machine_and_none_elsewhere(tmp_path: Path) -> None:
    place = house(tmp_path)
    with place.browser() as here, place.browser("203.0.113.9") as elsewhere:
        for path in ("/", "/settings", "/api/issues", "/metrics"):
            assert here.get(path).status_code == 200, path
            assert elsewhere.get(path).status_code == 403, path
            assert here.get(path, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
        fields = {"seal": seal_in(here.get("/settings").text), "name": "vera", "role": "viewer"}
        assert "first user must be an administrator" in here.post("/settings/users", data=fields).text
