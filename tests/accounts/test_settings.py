"""What administrators do to accounts, what people do to their own, and that all of it is in the audit log."""

from __future__ import annotations

import re
from html import unescape

from starlette.testclient import TestClient

from accounts.conftest import PASSWORD, House, seal_in, sign_in
from paramedic.model.accounts import Role
from paramedic.store import audit, service_users, users


def send(browser: TestClient, path: str, page: str = "/account", **fields: str) -> str:
    answer = browser.post(path, data={"seal": seal_in(browser.get(page).text), **fields})
    assert answer.status_code in (200, 303), answer.text
    return unescape(answer.text)


def log(place: House, text: str | None = None) -> list[tuple[str, str, str, str, str]]:
    with place.engine.begin() as connection:
        found = [one.entry for one in audit.page(connection, text=text)]
    return [(one.who, one.action, one.target, one.outcome, one.detail) for one in found]


def test_an_administrator_invites_changes_and_disables(peopled: House) -> None:
    with peopled.browser() as admin, peopled.browser() as guest:
        sign_in(admin, "ada")
        shown = send(admin, "/settings/users", "/settings", name="Gil", email="gil@acme.example", role="viewer")
        link = re.search(r"http://127\.0\.0\.1:8337(/welcome/[\w-]+)", shown)
        assert link
        assert link[0] not in unescape(admin.get("/settings").text), "shown once"
        fields = {"seal": seal_in(guest.get(link[1]).text), "password": PASSWORD, "again": PASSWORD, "name": "ada"}
        assert guest.post(link[1], data=fields).status_code == 303
        assert guest.get("/settings").status_code == 403
        with peopled.engine.begin() as connection:
            gil = users.find(connection, "gil")
        send(admin, f"/settings/users/{gil.id}/role", "/settings", role="admin")
        assert guest.get("/settings").status_code == 200, "at once, in the sitting that is open"
        send(admin, f"/settings/users/{gil.id}/disable", "/settings")
        assert guest.get("/issues").status_code == 303
        send(admin, f"/settings/users/{gil.id}/enable", "/settings")
        assert guest.get("/issues").status_code == 303, "a sitting that has ended stays so"
        assert sign_in(guest, "gil") == 303
        for path, role in ((f"/settings/users/{gil.id}/role", "king"), ("/settings/users/99/role", "viewer")):
            answer = admin.post(path, data={"seal": seal_in(admin.get("/settings").text), "role": role})
            assert answer.status_code in (400, 404)
    assert ("ada", "settings.set_role", f"/settings/users/{gil.id}/role", "done", "gil: viewer to admin") in log(peopled)
    assert ("ada", "settings.set_role", "/settings/users/99/role", "refused", "") in log(peopled)
    assert PASSWORD not in str(log(peopled))
    assert link[1] not in str(log(peopled))


def test_people_change_their_password_and_make_tokens_that_may_no_more_than_they(peopled: House) -> None:
    with peopled.browser() as browser, peopled.browser() as elsewhere, peopled.browser() as api:
        for one in (browser, elsewhere):
            sign_in(one, "rosa")
        shown = send(browser, "/account/tokens", name="deploy <b>script</b>", role="responder")
        assert "deploy <b>script</b>" in shown
        token = re.search(r"pmd_[\w-]{40,}", shown)
        assert token
        bearer = {"Authorization": f"Bearer {token[0]}"}
        assert token[0] not in browser.get("/account").text
        assert api.get("/api/issues", headers=bearer).status_code == 200
        assert "last used <time" in browser.get("/account").text
        assert api.post("/api/issues/1/trigger-analysis", headers=bearer).status_code == 404
        assert browser.post("/account/tokens", data=form(browser, name="x", role="admin")).status_code == 400
        assert browser.post("/account/tokens", data=form(browser, name=" ", role="viewer")).status_code == 400
        with peopled.engine.begin() as connection:
            users.set_role(connection, users.find(connection, "rosa"), Role.VIEWER)
        assert api.post("/api/issues/1/trigger-analysis", headers=bearer).status_code == 403, "the token sank with its user"
        new = {"new": "a much better password", "again": "a much better password"}
        assert browser.post("/account/password", data=form(browser, current="wrong", **new)).status_code == 400
        assert browser.post("/account/password", data=form(browser, current=PASSWORD, **new)).status_code == 303
        assert browser.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 303
        send(browser, "/account/tokens/1/revoke")
        assert api.get("/api/issues", headers=bearer).status_code == 401
    assert ("rosa", "issues.trigger_analysis", "/api/issues/1/trigger-analysis", "refused", "") in log(peopled)
    assert token[0] not in str(log(peopled))


def form(browser: TestClient, **fields: str) -> dict[str, str]:
    return {"seal": seal_in(browser.get("/account").text), **fields}


def test_nobody_revokes_the_token_of_another_but_an_administrator(peopled: House) -> None:
    bearer = {"Authorization": f"Bearer {peopled.token('rosa', Role.VIEWER)}"}
    with peopled.engine.begin() as connection:
        service, cog = service_users.create(connection, "ci", ["ViewOrgSessions"], service_users.HOME_ORGANISATION)
    with peopled.browser() as vera, peopled.browser() as ada:
        sign_in(vera, "vera")
        assert vera.post("/account/tokens/1/revoke", data=form(vera)).status_code == 404
        assert vera.get("/api/issues", headers=bearer).status_code == 200
        sign_in(ada, "ada")
        shown = ada.get("/settings").text
        assert "a test</strong> of rosa" in shown
        assert service.id in shown
        assert cog not in shown
        send(ada, "/settings/tokens/1/revoke", "/settings")
        send(ada, f"/settings/service-users/{service.id}/revoke", "/settings")
        assert ada.get("/api/issues", headers=bearer).status_code == 401
        assert ada.get("/v3/self", headers={"Authorization": f"Bearer {cog}"}).status_code == 401


def test_the_audit_log_is_searched_and_turned_over(peopled: House) -> None:
    with peopled.engine.begin() as connection:
        for number in range(150):
            who = "<script>eve</script>\0\ud800" if number == 3 else f"user{number}"
            audit.record(connection, audit.Entry(who, "API", "issues.look", f"/api/{number}", "10.0.0.1", detail="x" * 5000))
    with peopled.browser() as browser:
        sign_in(browser, "ada")
        first = browser.get("/settings/audit").text
        older = re.search(r'href="(/settings/audit\?before=\d+)">Older', first)
        assert older
        assert "user149" in first
        assert "user3</strong>" not in first
        assert "user20</strong>" in browser.get(older[1]).text
        assert "&lt;script&gt;eve" in browser.get("/settings/audit?q=EVE").text
        assert "Nothing is like this." in browser.get("/settings/audit?q=%25%00").text
        assert browser.get("/settings/audit?before=x").status_code == 404
        assert browser.get("/settings/audit?before=999999999999999").status_code == 200


def test_pages_offer_only_what_somebody_may_do(peopled: House) -> None:
    with peopled.browser() as vera, peopled.browser() as ada:
        sign_in(vera, "vera")
        sign_in(ada, "ada")
        assert ">Settings</a>" not in vera.get("/").text
        assert ">Settings</a>" in ada.get("/").text
        refused = vera.get("/settings")
        assert "This needs the role admin, and vera is a viewer." in refused.text
        assert vera.post("/issues/1/investigate", data=form(vera)).status_code == 403
        assert ada.post("/issues/1/investigate", data=form(ada)).status_code == 404
