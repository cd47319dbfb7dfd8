"""Sentences of sessions on pages: code as code, evidence as links, and nothing of what strangers wrote as markup."""

from __future__ import annotations

from paramedic.web.pages.rendering import cited, ticked


def test_what_stands_between_backticks_is_code_and_escaped() -> None:
    assert ticked("`row['a']` has no `<b>`, <i>") == "<code>row[&#39;a&#39;]</code> has no <code>&lt;b&gt;</code>, &lt;i&gt;"
    assert ticked("one ` alone\nand ` another") == "one ` alone\nand ` another"
    assert ticked(None) == ""


def test_evidence_that_is_there_is_linked_also_in_code() -> None:
    assert cited("E1 and E2: `x`", ["E1"]) == '<a href="#E1">E1</a> and E2: <code>x</code>'
    assert cited("`E1\N{RIGHT-TO-LEFT OVERRIDE}`<script>", ["E1"]).count("<script>") == 0
