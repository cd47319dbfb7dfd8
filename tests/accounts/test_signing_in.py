"""Coming in: the first administrator, passwords, sittings that end, and how often one may guess."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from accounts.conftest import PASSWORD, House, house, seal_in, sign_in
from intake.running import running_web
from paramedic.accounts import entrance, passwords
from paramedic.accounts.throttle import Throttle
from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.store import audit, users


def test_the_first_start_makes_an_administrator_by_a_link_that_is_good_once(tmp_path: Path) -> None:
    with running_web(tmp_path, errors=tmp_path / "stderr") as web, httpx2.Client(base_url=web.url) as browser:
        assert browser.get("/issues").status_code == 200, "a first look needs no account"
        printed = re.search(r"(http://\S+?)(/welcome/\S+)", (tmp_path / "stderr").read_text())
        assert printed
        assert printed[1] == web.url
        found = [printed[2]]
        seal = seal_in(browser.get(found[0]).text)
        fields = {"seal": seal, "name": "Ada", "password": PASSWORD, "again": PASSWORD}
        assert browser.post(found[0], data=fields | {"again": "another"}).status_code == 400
        assert browser.post(found[0], data=fields | {"password": "short", "again": "short"}).status_code == 400
        with httpx2.Client(base_url=web.url) as other:
            assert other.post(found[0], data=fields).status_code == 403, "the form is bound to whom it was shown"
        assert browser.post(found[0], data=fields).status_code == 303
        assert browser.get("/issues").status_code == 200
        with httpx2.Client(base_url=web.url) as other:
            assert other.get(found[0]).status_code == 400
            assert other.get("/issues").headers["location"] == "/login?next=/issues"
            assert other.get("/api/issues").status_code == 401, "callers on this machine say who they are now"
        with web.engine.begin() as connection:
            assert [user.role for user in users.listed(connection)] == [Role.ADMIN]


def test_the_api_token_opens_the_pages_until_there_is_a_user(tmp_path: Path) -> None:
    place = house(tmp_path, paramedic_api_token="t0ken")
    bearer = {"Authorization": "Bearer t0ken"}
    with place.browser() as browser:
        seal = seal_in(browser.get("/login").text)
        assert browser.post("/login", data={"seal": seal, "token": "t0ken"}).status_code == 303
        assert browser.get("/issues").status_code == 200
        place.add("ada", Role.ADMIN)
        assert browser.get("/issues").status_code == 303
        seal = seal_in(browser.get("/login").text)
        assert browser.post("/login", data={"seal": seal, "token": "t0ken"}).status_code == 401
        assert sign_in(browser, "ada") == 303
        assert browser.get("/api/issues", headers=bearer).status_code == 200, "programs go on with it"


def test_a_sitting_ends_at_sign_out_with_the_password_and_with_the_account(peopled: House) -> None:
    with peopled.browser() as one, peopled.browser() as other, peopled.browser() as thief:
        for browser in (one, other):
            assert sign_in(browser, "vera") == 303
        thief.cookies.update(one.cookies)
        assert one.post("/logout", data={"seal": seal_in(one.get("/issues").text)}).status_code == 303
        assert thief.get("/issues").status_code == 303, "the cookie is worth nothing after signing out"
        assert other.get("/issues").status_code == 200
        with peopled.engine.begin() as connection:
            users.set_password(connection, users.find(connection, "vera"), passwords.hashed("another good password", "vera"))
        assert other.get("/issues").status_code == 303
        assert sign_in(other, "vera") == 401
        assert sign_in(other, "vera", "another good password") == 303
        token = peopled.token("vera", Role.VIEWER)
        with peopled.engine.begin() as connection:
            users.disable(connection, users.find(connection, "vera"))
        assert other.get("/issues").status_code == 303
        assert sign_in(other, "vera", "another good password") == 401
        assert other.get("/api/issues", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_guessing_is_slowed_by_name_and_by_address(peopled: House) -> None:
    with peopled.browser("203.0.113.1") as one, peopled.browser("203.0.113.2") as other:
        seal = seal_in(one.get("/login").text)
        guesses = [one.post("/login", data={"seal": seal, "name": "VERA", "password": "x"}) for _ in range(11)]
        assert [guess.status_code for guess in guesses] == [401] * 10 + [429]
        assert int(guesses[-1].headers["retry-after"]) in range(1, 301)
        assert sign_in(other, "vera") == 429, "the right password, too, from elsewhere"
        assert sign_in(other, "rosa") == 303
        codes = [one.post("/login", data={"seal": seal, "name": f"n{i}", "password": "x"}).status_code for i in range(10)]
        assert codes == [401] * 9 + [429]
    with peopled.engine.begin() as connection:
        refused = audit.page(connection, text="refused")
    assert (refused[0].entry.who, refused[0].entry.address, refused[0].entry.action) == ("n8", "203.0.113.1", "sign in")


def test_many_guesses_at_once_get_no_further() -> None:
    now = [0.0]
    throttle = Throttle(2, 60.0, clock=lambda: now[0])
    assert [throttle.attempt("ada") for _ in range(3)] == [0, 0, 60]
    assert throttle.attempt("eve") == 0
    now[0] = 59.5
    assert throttle.attempt("ada") == 1
    now[0] = 60.0
    assert throttle.attempt("ada") == 0
    throttle.forgive("ada")
    assert [throttle.attempt("ada") for _ in range(2)] == [0, 0]


def test_an_unknown_name_costs_an_argon2_too(peopled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []
    matches = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda known, given: checked.append(known) or matches(known, given))
    assert entrance.sign_in(peopled.engine, "nobody", PASSWORD) is None
    assert entrance.sign_in(peopled.engine, "\x00'; drop table users", "nobody") is None
    assert checked == [None, None]
    assert not passwords.matches(None, "nobody"), "the password behind the hash for nobody opens nothing"


@pytest.mark.parametrize("password", ["", "short", "adaadaadaada", "aaaaaaaaaaaaaaaa", "x" * 1001])
def test_a_password_that_is_no_good_is_refused(password: str) -> None:
    with pytest.raises(BadInput):
        passwords.hashed(password, "ada")


def test_the_command_line_keeps_users_and_at_least_one_administrator(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PARAMEDIC_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        command = [sys.executable, "-m", "paramedic", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    link = run("users", "create", "ada", "--role", "admin").stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8337/welcome/\S{40,}", link)
    assert "only administrator" in run("users", "role", "ada", "viewer").stderr
    place = house(tmp_path)
    with place.engine.begin() as connection:
        assert [(one.entry.way, one.entry.action, one.entry.target) for one in audit.page(connection)] == [
            ("command line", "users", "create ada")
        ]
    with place.browser() as browser:
        path = link.removeprefix("http://127.0.0.1:8337")
        fields = {"seal": seal_in(browser.get(path).text), "password": PASSWORD, "again": PASSWORD}
        assert browser.post(path, data=fields).status_code == 303
        assert browser.get("/issues").status_code == 200
