"""Pages that are open: what they are sent, to whom, for how long, and that they do not slow down what must be quick."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from tests.intake.running import Web, running_web
from tests.standins.shop import crash_event
from tests.web.pages.conftest import Browser
from tests.web.pages.test_issue import crash

from paramedic.store import issues, messages, sessions
from paramedic.store.messages import Source
from paramedic.store.sessions import NewSession, SessionState

MANY = 200


class Stream:
    """One open stream of server-sent events."""

    def __init__(self, client: httpx2.Client, path: str, **headers: str) -> None:
        self._stack = ExitStack()
        self.response = self._stack.enter_context(client.stream("GET", path, headers=headers, timeout=20.0))
        self._lines = self.response.iter_lines()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def next(self, name: str) -> tuple[str, dict[str, str]]:
        """The id and the data of the next event of this name; others are passed over."""
        event: dict[str, str] = {}
        for line in self._lines:
            if line:
                field, _, value = line.partition(": ")
                event[field] = value
            elif event.get("event") == name:
                return event.get("id", ""), json.loads(event["data"])
            else:
                event = {}
        raise AssertionError(f"the stream ended without {name}")

    def ends(self) -> bool:
        return all(isinstance(line, str) for line in self._lines)


@pytest.fixture
def session(browser: Browser) -> str:
    """A session that works on an issue, and has said two things."""
    issue = crash(browser)
    with browser.engine.begin() as connection:
        session_id, _ = sessions.start(connection, NewSession(issue, "shop", "diagnose", None, "a test"))
        sessions.begin(connection, session_id)
    say(browser, session_id, "First.")
    say(browser, session_id, "Second.")
    return session_id


def say(browser: Browser, session_id: str, text: str) -> None:
    with browser.engine.begin() as connection:
        sessions.append_log(connection, session_id, "gather", text)


def cursor(browser: Browser, path: str) -> str:
    found = re.search(r'data-after="([^"]+)"', browser.get(path))
    assert found
    return found[1]


def test_a_log_grows_on_the_page_and_its_end_makes_the_page_anew(browser: Browser, session: str) -> None:
    after = cursor(browser, f"/sessions/{session}")
    with Stream(browser.client, f"/sessions/{session}/live?after={after}") as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert "Stages" in stream.next("parts")[1]["status"]
        say(browser, session, "\u202eThird <b>thing</b>.")
        number, data = stream.next("log")
        assert "Third &lt;b&gt;thing&lt;/b&gt;." in data["html"]
        assert "\u202e" not in data["html"]
        assert "Second" not in data["html"]
        assert number.startswith("3.")
        with browser.engine.begin() as connection:
            sessions.finish(connection, session, SessionState.FINISHED, verdict="diagnosed", summary="Found.")
        stream.next("changed")


def test_who_comes_back_is_told_what_was_missed_and_nothing_twice(browser: Browser, session: str) -> None:
    after = cursor(browser, f"/sessions/{session}")
    say(browser, session, "Meanwhile.")
    with Stream(browser.client, f"/sessions/{session}/live", **{"Last-Event-ID": after}) as stream:
        number, data = stream.next("log")
    assert "Meanwhile." in data["html"]
    assert "Second." not in data["html"]
    say(browser, session, "Later.")
    with Stream(browser.client, f"/sessions/{session}/live?after=0.x", **{"Last-Event-ID": number}) as stream:
        _, data = stream.next("log")
    assert "Later." in data["html"]
    assert "Meanwhile." not in data["html"]


def test_an_issue_counts_on_and_says_when_its_page_is_no_longer_what_it_was(browser: Browser) -> None:
    issue = crash(browser)
    with Stream(browser.client, f"/issues/{issue}/live?after={cursor(browser, f'/issues/{issue}')}") as stream:
        assert "<strong>312</strong> events" in stream.next("parts")[1]["for"]
        with browser.engine.begin() as connection:
            issues.learn(connection, issue, count=313)
        assert "<strong>313</strong> events" in stream.next("parts")[1]["for"]
        with browser.engine.begin() as connection:
            sessions.start(connection, NewSession(issue, "shop", "diagnose", None, "a test"))
        stream.next("changed")


def test_what_is_not_there_and_odd_cursors(browser: Browser, session: str) -> None:
    for path in ("/issues/999999/live", "/issues/none/live", "/sessions/none/live"):
        assert browser.client.get(path).status_code == 404
    for odd in ("x", "-1.x", "9" * 40, "1.<script>", ""):
        with Stream(browser.client, f"/sessions/{session}/live", **{"Last-Event-ID": odd}) as stream:
            stream.next("parts")


def test_a_long_log_comes_in_pages(browser: Browser, session: str) -> None:
    with browser.engine.begin() as connection:
        for number in range(450):
            sessions.append_log(connection, session, "agent", f"Step {number}.")
        sessions.append_log(connection, session, "agent", "W" * 4000)
    text = browser.get(f"/sessions/{session}")
    assert "Step 449." in text
    assert "Step 200." not in text
    assert "(3,000 more characters)" in text
    earlier = re.search(r'href="(\?before=\d+)#log"', text)
    assert earlier
    older = browser.get(f"/sessions/{session}{earlier[1]}")
    assert "Step 200." in older
    assert "Step 449." not in older
    assert "data-live" not in older, "what is added belongs to the end of the log"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("busy")) as web:
        yield web


def test_many_open_pages_do_not_hold_up_an_acknowledgement(busy: Web) -> None:
    def took() -> float:
        began = time.monotonic()
        event = json.dumps(crash_event()).encode()
        assert busy.post("/api/7/store/?sentry_key=" + "0123456789abcdef" * 2, event).status_code == 200
        return time.monotonic() - began

    quiet = min(took() for _ in range(5))
    limits = httpx2.Limits(max_connections=MANY + 10)
    with httpx2.Client(base_url=busy.url, limits=limits) as client, ExitStack() as stack:
        streams = [stack.enter_context(Stream(client, "/live")) for _ in range(MANY)]
        for stream in streams:
            stream.next("changed")
        assert min(took() for _ in range(5)) < quiet * 3 + 0.2
        assert httpx2.get(busy.url + "/", timeout=10.0).status_code == 200


def test_streams_end_with_the_process(tmp_path: Path) -> None:
    with running_web(tmp_path) as web, httpx2.Client(base_url=web.url) as client, Stream(client, "/live") as stream:
        stream.next("changed")
        web.process.terminate()
        done = threading.Thread(target=stream.ends)
        done.start()
        assert web.process.wait(timeout=8) is not None
        done.join(timeout=5)
        assert not done.is_alive()


def test_strangers_follow_nothing(tmp_path: Path) -> None:
    with running_web(tmp_path, PARAMEDIC_API_TOKEN="t0ken") as web:
        for path in ("/live", "/issues/1/live", "/sessions/x/live"):
            assert httpx2.get(web.url + path).status_code == 403


def test_the_answer_of_a_prompt_and_its_patch_are_what_its_page_shows_first(browser: Browser) -> None:
    patch = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = '</pre><script>'\n"
    said = f"It is <b>x</b>.\n\nThe change is proven.\n\n```diff\n{patch}```"
    with browser.engine.begin() as connection:
        session_id, _ = sessions.start(connection, NewSession(None, None, "answer", None, "asked", kind="prompt"))
        messages.add(connection, session_id, Source.USER, "ann", "Why?")
        messages.add(connection, session_id, Source.SESSION, "paramedic", said)
        sessions.begin(connection, session_id)
        sessions.rest(connection, session_id, said, None)
    text = browser.client.get(f"/sessions/{session_id}").text
    assert text.index('id="answer"') < text.index("It is &lt;b&gt;x&lt;/b&gt;.") < text.index('id="log"')
    assert '<span class="removed">-x = 1\n</span>' in text
    assert '<span class="added">+x = &#39;&lt;/pre&gt;&lt;script&gt;&#39;' in text
    assert "```" not in text
    assert text.count("It is &lt;b&gt;x") == 1
