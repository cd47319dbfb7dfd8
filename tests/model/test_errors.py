"""Errors carry what to do, and come back whole from a checkpoint."""

from __future__ import annotations

import pickle

from paramedic.model.errors import BadInput, NotConfigured, OutsideError


def test_the_remedy_follows_the_message() -> None:
    assert str(BadInput("No such file.", remedy="Give another path.")) == "No such file. Give another path."


def test_an_error_survives_a_checkpoint() -> None:
    error = OutsideError("Too many requests.", remedy="Wait.", status=429, retry_after_seconds=2.5)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.status, copy.retry_after_seconds, copy.permanent) == (
        OutsideError,
        "Too many requests. Wait.",
        429,
        2.5,
        False,
    )


def test_a_missing_setting_is_bad_input_to_whoever_catches_that() -> None:
    assert isinstance(NotConfigured("SENTRY_ORG_SLUG is not set."), BadInput)
