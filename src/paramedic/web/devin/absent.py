"""What of the API is not there, said in its own shape: 501, with what there is instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from fastapi import APIRouter, Depends, HTTPException

from paramedic.web.devin.access import own_organisation

router = APIRouter(prefix="/v3/organizations/{org_id}", dependencies=[Depends(own_organisation)])

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_INSIGHTS = "There are no insights here; structured_output and the session's page tell what it found and did."
_SECRETS = "No secrets are kept here: a session has no network, and nothing to use one for."
_AUTOMATIONS = "There are no automations here; the rules of the configuration file start sessions."
_ABSENT = (
    ("/sessions/{devin_id}/insights", _INSIGHTS),
    ("/sessions/{devin_id}/insights/generate", _INSIGHTS),
    ("/sessions/{devin_id}/archive", "Sessions are not archived here; DELETE ends one."),
    ("/secrets", _SECRETS),
    ("/secrets/{secret_id}", _SECRETS),
    ("/automations", _AUTOMATIONS),
    ("/automations/{automation_id}", _AUTOMATIONS),
)


def _saying(words: str) -> Callable[[], NoReturn]:
    def absent() -> NoReturn:
        raise HTTPException(501, words)

    return absent


for _path, _words in _ABSENT:
    router.add_api_route(_path, _saying(_words), methods=_METHODS, include_in_schema=False, response_model=None)
