"""What is said on a pull request and on an issue."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from tests.effects.findings import HOSTILE, SUBJECT, proven

from paramedic.effects.messages import comment_text, commit_message, frequency_table, pull_request_body, safe_url, title


def test_the_body_says_cause_fix_test_proof_evidence_link_and_counts() -> None:
    body = pull_request_body(proven(), SUBJECT)
    for part in (
        "### Root cause",
        "### Fix",
        "### Regression test",
        "### Proof",
        "### Evidence",
        "[SHOP-1A](https://acme.sentry.io/issues/4711/)",
        "3 events in the last hour",
        "41 events in the last 24 hours",
        "$ pytest tests/test_cart.py",
        "1 failed",
        "1 passed",
        "| E1 |",
        "the event (untrusted)",
        "<!-- paramedic:issue=4711 -->",
    ):
        assert part in body, part


def test_the_comment_has_a_table_only_for_more_than_one_event() -> None:
    assert "| hour (UTC) | events |" in comment_text(proven(), SUBJECT, "paramedic/x")
    assert frequency_table(replace(SUBJECT, last_day=1)) == ""
    assert comment_text(proven(), SUBJECT, None).startswith("<!-- paramedic:issue=4711 -->")


def test_nothing_an_attacker_wrote_is_active() -> None:
    result = proven(summary=HOSTILE, output=HOSTILE, evidence=HOSTILE, exception=HOSTILE)
    subject = replace(SUBJECT, title=HOSTILE, url="javascript:alert(1)", short_id="X](http://evil)", earlier=HOSTILE)
    for text in (pull_request_body(result, subject), comment_text(result, subject, "paramedic/x")):
        outside = _outside_fences(text)
        for piece in ("<script", "@everyone", "](http", "![", "\x1b", "javascript:", "{{", "hunter2", "--> x"):
            assert piece not in outside, (piece, outside)
        assert "hunter2" not in text
        assert "\x1b" not in text
    line = title(result, subject)
    assert "\n" not in line
    assert "@" not in line
    assert "hunter2" not in commit_message(result, subject)


def test_the_title_and_the_commit_fit_and_name_the_issue() -> None:
    assert title(proven(), SUBJECT) == "Fix KeyError in total (SHOP-1A)"
    first, second, *_ = commit_message(proven(), SUBJECT).split("\n")
    assert (first, second) == ("Fix KeyError in total (SHOP-1A)", "")


def test_what_was_not_checked_is_wherever_a_person_decides() -> None:
    assert "Failed before, passes after.\nNot checked: No other test covers it.\n" in commit_message(proven(), SUBJECT)
    for text in (pull_request_body(proven(), SUBJECT), comment_text(proven(), SUBJECT, None)):
        assert "Not checked:\n\n- No other test covers it." in text


def test_only_plain_web_addresses_become_links() -> None:
    assert safe_url("https://sentry.io/x/?a=1&b=2") == "https://sentry.io/x/?a=1&b=2"
    for url in ("javascript:x", "https://a b", "https://x/)[y](z", "https://u@x/", "data:text/html,x", "https://é.example", None):
        assert safe_url(url) is None


def test_hours_are_shown_as_utc() -> None:
    hours = ((datetime(2026, 11, 20, 9, tzinfo=UTC), 0), (datetime(2026, 11, 20, 10, tzinfo=UTC), 5))
    assert frequency_table(replace(SUBJECT, hours=hours, last_day=5)).endswith("| 2026-11-20 10:00 | 5 |")


def _outside_fences(text: str) -> str:
    kept, closing = [], ""
    for line in text.split("\n"):
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if closing:
            closing = "" if line == closing else closing
        elif len(ticks) >= 3:
            closing = ticks
        else:
            kept.append(line)
    return re.sub(r"(`+).*?\1", "", "\n".join(kept))
