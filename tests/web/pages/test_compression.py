"""Pages are sent compressed, and what they hold for nobody else's eyes is not to be guessed from their size."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2

from intake.running import running_web


def test_pages_are_compressed_and_their_seal_is_another_each_time(tmp_path: Path) -> None:
    with running_web(tmp_path) as web, httpx2.Client(base_url=web.url, headers={"Accept-Encoding": "gzip"}) as browser:
        answers = [browser.get("/playbooks/new") for _ in range(2)]
        assert {answer.headers["content-encoding"] for answer in answers} == {"gzip"}
        seals = {seal for answer in answers for seal in re.findall(r'name="seal" value="([0-9a-f]{64})"', answer.text)}
        assert len(seals) == 2
        for place, seal in enumerate(sorted(seals)):
            fields = {"title": "One", "macro": f"!one-{place}", "body": "First this."}
            wrong = seal[:-1] + ("0" if seal[-1] != "0" else "1")
            assert browser.post("/playbooks/new", data={**fields, "seal": wrong}).status_code == 403
            assert browser.post("/playbooks/new", data={**fields, "seal": seal[32:]}).status_code == 403
            assert browser.post("/playbooks/new", data={**fields, "seal": seal}).status_code == 303
        assert "content-encoding" not in browser.get("/health").headers
