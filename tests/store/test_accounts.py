"""Users, links, tokens, sittings and the audit log, on both kinds of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from paramedic.accounts import oidc
from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.store import audit, invitations, sittings, user_tokens, users
from paramedic.store.audit import Entry
from paramedic.store.schema import invitations as links
from paramedic.store.schema import oidc_starts
from paramedic.store.secrets import digest, shared_key


def outcomes(act: object, arguments: list[object]) -> list[object]:
    """What came of it, done at once with each argument: a value, or the message of the refusal."""

    def tried(argument: object) -> object:
        try:
            return act(argument)
        except BadInput as error:
            return str(error)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(tried, arguments))


def test_one_first_administrator_comes_of_many_links_opened_at_once(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        tokens = [invitations.create(connection, None) for _ in range(3)]

    def accept(number: int) -> str:
        with engine.begin() as connection:
            return invitations.accept(connection, tokens[number % 3], f"user{number}", "hash").name

    made = [name for name in outcomes(accept, list(range(6))) if str(name).startswith("user")]
    with engine.begin() as connection:
        assert [user.name for user in users.listed(connection)] == made
    assert len(made) == 1


def test_a_link_ends_with_its_day_with_a_newer_one_and_with_its_user(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        ada = users.create(connection, "Ada", Role.ADMIN, "a test")
        first, second = invitations.create(connection, ada), invitations.create(connection, ada)
        assert invitations.invited(connection, second) == ada
        with pytest.raises(BadInput):
            invitations.invited(connection, first)
        connection.execute(sa.update(links).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        with pytest.raises(BadInput):
            invitations.invited(connection, second)
        users.create(connection, "eve", Role.ADMIN, "a test")
        third = invitations.create(connection, ada)
        users.disable(connection, ada)
        with pytest.raises(BadInput):
            invitations.accept(connection, third, "", "hash")


def test_an_administrator_is_left_whoever_is_demoted_at_once(engine: sa.Engine) -> None:
    names = ["ada", "eve", "ida"]
    with engine.begin() as connection:
        for name in names:
            users.create(connection, name, Role.ADMIN, "a test")

    def demote(name: str) -> str:
        with engine.begin() as connection:
            return users.set_role(connection, users.find(connection, name), Role.VIEWER).name

    refused = [text for text in outcomes(demote, names) if "only administrator" in str(text)]
    with engine.begin() as connection:
        assert [user.role for user in users.listed(connection)].count(Role.ADMIN) == 1
    assert len(refused) == 1


def test_a_token_is_worth_the_lesser_of_both_roles(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        users.create(connection, "eve", Role.ADMIN, "a test")
        ada = users.create(connection, "ada", Role.ADMIN, "a test")
        token = user_tokens.create(connection, ada.identity, "ci", Role.RESPONDER)
    held = []
    for role in (Role.ADMIN, Role.VIEWER):
        with engine.begin() as connection:
            users.set_role(connection, users.find(connection, "ada"), role)
        held.append(user_tokens.holder_of(engine, token))
    assert [identity and identity.role for identity in held] == [Role.RESPONDER, Role.VIEWER]
    assert user_tokens.holder_of(engine, token + "x") is None
    with engine.begin() as connection:
        assert user_tokens.listed(connection)[0].used_at is not None
        users.disable(connection, users.find(connection, "ada"))
    assert user_tokens.holder_of(engine, token) is None


def test_a_sitting_ends_by_itself_and_a_key_is_made_once(engine: sa.Engine) -> None:
    now = datetime.now(UTC)
    with engine.begin() as connection:
        sittings.begin(connection, "live", None, "::1", now + timedelta(hours=1))
        sittings.begin(connection, "over", None, "::1", now - timedelta(seconds=1))
        assert sittings.holder_of(connection, "live") == (None,)
        assert sittings.holder_of(connection, "over") is None
        sittings.end(connection, "live")
        assert sittings.holder_of(connection, "live") is None
    keys = outcomes(lambda _number: shared_key(engine, "pages"), list(range(4)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


def test_the_log_keeps_what_it_can_of_anything(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        audit.record(connection, Entry("ada\0\ud800", "API", "a" * 200, "t" * 1000, detail="100%_"))
        audit.record(connection, Entry("eve", "chat", "approve"))
        (one,) = audit.page(connection, text="ADA")
        assert (one.entry.who, len(one.entry.action), len(one.entry.target)) == ("ada?", 80, 300)
        assert audit.page(connection, text="%_") == ()
        assert [found.entry.who for found in audit.page(connection, before=one.id + 1)] == ["ada?"]


def test_a_start_at_the_provider_is_taken_once(engine: sa.Engine) -> None:
    row = {"nonce": "n", "verifier": "v", "next": "/issues", "browser": digest("mine")}
    for state, minutes in (("fresh", 5), ("late", -1)):
        ends_at = datetime.now(UTC) + timedelta(minutes=minutes)
        with engine.begin() as connection:
            connection.execute(sa.insert(oidc_starts).values(state_hash=digest(state), ends_at=ends_at, **row))
    with pytest.raises(BadInput):
        oidc.take(engine, "late", "mine")
    with pytest.raises(BadInput):
        oidc.take(engine, "fresh", "another's")
    taken = outcomes(lambda _number: oidc.take(engine, "fresh", "mine"), list(range(4)))
    assert sum(isinstance(start, oidc.Start) for start in taken) == 1
