"""Crashes that no change of the code should answer, and their neighbours that are defects: each principle from both sides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from paramedic.model.diagnosis import Category, Diagnosis

Crash = Callable[..., Diagnosis]


def test_a_variable_that_the_environment_lacks_is_no_fault_of_the_call_around_it(crash: Crash) -> None:
    found = crash(
        """
        import os

        def gateway(url, key):
            return url, key

        def order():
            return gateway(os.environ["PATH"], os.environ["NOT_SET_ANYWHERE"])
        """,
        "order()",
    )
    assert found.fault is not None
    assert found.fault.expression == 'os.environ["NOT_SET_ANYWHERE"]'
    assert found.category is Category.CONFIGURATION


def test_a_full_disk_is_known_by_its_number_alone(crash: Crash) -> None:
    found = crash("def f():\n    with open('/dev/full', 'w') as file:\n        file.write('x')", "f()")
    assert (found.fixable, found.category) == (False, Category.OS)


def test_a_peer_that_hangs_up_amid_a_frame(crash: Crash) -> None:
    found = crash(
        """
        import asyncio

        async def frame(body):
            reader = asyncio.StreamReader()
            reader.feed_data(body)
            reader.feed_eof()
            return await reader.readexactly(400)

        def take(body):
            return asyncio.run(frame(body))
        """,
        "take(b'half')",
    )
    assert found.exception_type == asyncio.IncompleteReadError.__name__
    assert (found.fixable, found.category) == (False, Category.OS)
