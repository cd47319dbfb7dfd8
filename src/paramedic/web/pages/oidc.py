"""Away to the OIDC provider, and back from it."""

from __future__ import annotations

from starlette.responses import Response

from paramedic.accounts import oidc
from paramedic.model.errors import BadInput, NotConfigured, ParamedicError
from paramedic.web.pages import login
from paramedic.web.pages.door import NOBODY, stranger
from paramedic.web.pages.serving import Visit

_ACTION = "sign in by OIDC"


def away(visit: Visit) -> Response:
    """A link and no form: the content policy lets forms go to ourselves only. Nothing is changed by it for anybody."""
    if visit.door.provider is None:
        raise NotConfigured("Nobody can sign in this way: there is no [oidc] in the configuration.")
    if wait := visit.door.by_address.attempt(visit.address):
        return login.too_often(visit, wait)
    sitting = visit.sitting if visit.sitting is not NOBODY else stranger()
    address = oidc.begin(visit.engine, visit.door.provider, sitting.nonce, login.within(visit.asked("next") or "/"))
    response = visit.go(address)
    visit.door.seat(response, sitting)
    return response


def back(visit: Visit) -> Response:
    """Every way that this can go wrong is in the audit log."""
    provider, config = visit.door.provider, visit.desk.configuration.oidc
    if provider is None or config is None:
        raise NotConfigured("Nobody can sign in this way: there is no [oidc] in the configuration.")
    if wait := visit.door.by_address.attempt(visit.address):
        return login.too_often(visit, wait)
    asked = visit.request.query_params
    try:
        start = oidc.take(visit.engine, asked.get("state", ""), visit.sitting.nonce)
        if "error" in asked:
            raise BadInput("The provider let nobody in.", remedy="Begin again on the page to sign in.")
        user = oidc.finish(visit.engine, config, provider.claims(asked.get("code", ""), start.verifier, start.nonce))
    except ParamedicError as error:
        login.record(visit, "", _ACTION, "refused", f"{asked.get('error', '')[:100]} {error}".strip())
        raise
    login.record(visit, user.name, _ACTION)
    return login.seated(visit, user.id, login.within(start.next))
