"""What became of a fix, on the pages of its issue and its session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx2
import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from intake.running import Web
from outcomes.house import opened, read
from paramedic.cli import sessions as command
from paramedic.model.outcome import Basis, Fate, Outcome, ReviewComment, Silence
from paramedic.store import outcomes
from paramedic.web.devin.documents import session_v1, session_v3, views

HOSTILE = '<img src=x onerror="alert(1)"> </pre><script>alert(2)</script> javascript:alert(3)'


@pytest.fixture(scope="module")
def shown(web: Web) -> Iterator[tuple[Web, Outcome]]:
    outcome = opened(web.engine)
    now = datetime.now(UTC)
    changes = {
        "fate": Fate.MERGED.value, "fate_at": now - timedelta(hours=8), "fate_by": HOSTILE, "commit": "c" * 40,
        "silence": Silence.SILENT.value, "release": "shop@1.0.1", "basis": Basis.GIT.value, "per_hour": 1.0,
        "released_at": now - timedelta(hours=6), "expected": 6.0,
    }  # fmt: skip
    comment = ReviewComment("c1", HOSTILE, HOSTILE, now, "javascript:alert(4)", HOSTILE)
    with web.engine.begin() as connection:
        outcomes.change(connection, outcome.effect, **changes)
        outcomes.add_comments(connection, outcome.effect, [comment])
    yield web, read(web.engine, outcome.effect)

    with web.engine.begin() as connection:
        for table in ("issues", "effects"):
            connection.execute(sa.text(f"DELETE FROM {table}"))


def test_issue_and_session_show_fate_silence_and_the_chart_that_shows_it(shown: tuple[Web, Outcome]) -> None:
    web, outcome = shown
    for page in (f"/issues/{outcome.issue_id}", f"/sessions/{outcome.session_id}"):
        text = unescape(httpx2.get(web.url + page).text)
        assert "Pull request #12 was merged as cccccccccccc" in text
        assert "no event of this issue came from it: at the 1.0 an hour from before the merge, 6.0 would have come" in text
        assert "shop@1.0.1 (its commit contains the merged one)" in text
        assert text.count('<line class="mark"') == text.count('<line class="mark dashed"') == 1
        assert ": release shop@1.0.1 (solid)</title>" in text
        assert 'href="https://github.example/acme/shop/pull/12"' in text


def test_what_a_stranger_wrote_stays_text(shown: tuple[Web, Outcome]) -> None:
    web, outcome = shown
    page = httpx2.get(f"{web.url}/sessions/{outcome.session_id}").text
    assert "&lt;script&gt;alert(2)" in page
    assert "<script>alert(2)" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page


def test_the_api_and_the_command_line_tell_the_same(shown: tuple[Web, Outcome]) -> None:
    web, outcome = shown
    for path in (f"/api/issues/{outcome.issue_id}", f"/api/sessions/{outcome.session_id}"):
        (became,) = httpx2.get(web.url + path).json()["outcomes"]
        assert (became["fate"], became["silence"], became["basis"], became["number"]) == ("merged", "silent", "git", 12)
        assert became["comments"][0]["author"] == HOSTILE
        assert became["summary"].startswith("Pull request #12 was merged")
    app = typer.Typer()
    command.register(app)
    ran = CliRunner().invoke(app, ["sessions", "show", outcome.session_id], env={"PARAMEDIC_HOME": str(web.home)})
    assert ran.exit_code == 0, ran.output
    assert "silent       Pull request #12 was merged as cccccccccccc" in ran.output


@pytest.mark.parametrize(("fate", "state"), [("open", "open"), ("reopened", "open"), ("closed", "closed"), ("merged", "merged")])
def test_the_sessions_api_tells_the_state_of_the_pull_request(shown: tuple[Web, Outcome], fate: str, state: str) -> None:
    web, outcome = shown
    with web.engine.begin() as connection:
        outcomes.change(connection, outcome.effect, fate=fate)
        (view,) = views(connection, [outcome.session_id])
        outcomes.change(connection, outcome.effect, fate="merged")
    assert session_v3(view, "https://x")["pull_requests"] == [{"pr_url": outcome.url, "pr_state": state}]
    assert session_v1(view, "https://x")["pull_request"] == {"url": outcome.url}
