"""Assignments to modules do not outlive a test."""

from __future__ import annotations

import ast

from paramedic.reproduction.patching import patched


def test_what_follows_an_assignment_to_a_module_runs_under_a_patch() -> None:
    body = ast.parse("log = make()\nsys.stdout = sys.stderr = None\nlog.warning('x')").body
    text = "\n".join(ast.unparse(node) for node in patched(body, {"sys"}))
    assert text.splitlines() == [
        "log = make()",
        "with mock.patch.object(sys, 'stdout', None), mock.patch.object(sys, 'stderr', None):",
        "    log.warning('x')",
    ]


def test_attributes_of_local_objects_are_simply_set() -> None:
    body = ast.parse("order.customer = None\nlabel(order)").body
    assert patched(body, {"sys"}) == body
