"""Every page and every form."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from paramedic.model.accounts import Role
from paramedic.sessions.shelves import Entry
from paramedic.web.pages import (
    account,
    approvals,
    issue_acts,
    issue_list,
    issues,
    library,
    live,
    login,
    oidc,
    overview,
    rules,
    sessions,
    settings,
    state,
)
from paramedic.web.pages.rendering import ASSETS, asset
from paramedic.web.pages.serving import Page, page

# Not of the whole application: intake has nothing to gain. What is told as a stream of events passes unchanged. That the size
# of a page may tell something of it to whoever can put words on it (BREACH) is why a seal is never twice the same.
_COMPRESSED = (Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6),)


def page_routes() -> list[Route]:
    return [
        _shown("/", overview.overview),
        _shown("/issues", issue_list.listing),
        _shown("/issues/{issue}", issues.one),
        _followed("/live", "overview"),
        _followed("/issues/{issue}/live", "issue", "issue"),
        _followed("/sessions/{session}/live", "session", "session"),
        _acting("/issues/{issue}/investigate", issue_acts.investigate),
        _acting("/issues/{issue}/approve", issue_acts.approve),
        _acting("/issues/{issue}/reject", issue_acts.reject),
        _acting("/issues/{issue}/changes", issue_acts.ask_for_changes),
        _acting("/issues/{issue}/ignore", issue_acts.ignore),
        _acting("/issues/{issue}/heed", issue_acts.heed),
        _shown("/sessions", sessions.listing),
        _shown("/sessions/{session}", sessions.one),
        _acting("/sessions/{session}/message", sessions.write),
        _acting("/sessions/{session}/end", sessions.end),
        _acting("/sessions/{session}/resume", sessions.go_on),
        _shown("/approvals", approvals.listing),
        _shown("/approvals/{key}", approvals.one),
        _acting("/approvals/{key}/approve", approvals.approve),
        _acting("/approvals/{key}/reject", approvals.reject),
        _acting("/approvals/{key}/changes", approvals.ask_for_changes),
        _shown("/mcp-servers", state.mcp_servers),
        *_library(library.PLAYBOOK_PAGES),
        *_library(library.KNOWLEDGE_PAGES),
        _shown("/rules", rules.rules),
        _acting("/rules/dry-run", rules.dry_run),
        _shown("/status", state.health),
        _shown("/account", account.show),
        _acting("/account/password", account.change_password, Role.VIEWER),
        _acting("/account/tokens", account.make_token, Role.VIEWER),
        _acting("/account/tokens/{token}/revoke", account.revoke_token, Role.VIEWER),
        *_settings(),
        Route("/login", page(login.form, None), methods=["GET"]),
        Route("/login", page(login.sign_in, None), methods=["POST"]),
        Route("/login/oidc", page(oidc.away, None), methods=["GET"]),
        Route("/login/oidc/callback", page(oidc.back, None), methods=["GET"]),
        Route("/welcome/{token}", page(login.welcome, None), methods=["GET"]),
        Route("/welcome/{token}", page(login.accept, None), methods=["POST"]),
        _acting("/logout", login.sign_out, Role.VIEWER),
        Route("/assets/{name}", _asset, methods=["GET"], middleware=_COMPRESSED),
    ]


def _library(pages: library.LibraryPages[Entry]) -> list[Route]:
    one = f"{pages.path}/{{name}}"
    return [
        _shown(pages.path, pages.listing),
        _shown(f"{pages.path}/new", pages.blank, Role.RESPONDER),
        _acting(f"{pages.path}/new", pages.create),
        _acting(f"{pages.path}/import", pages.load),
        _shown(one, pages.one),
        _shown(f"{one}/edit", pages.form, Role.RESPONDER),
        _acting(f"{one}/edit", pages.edit),
        _acting(f"{one}/restore", pages.restore),
        _shown(f"{one}/export", pages.export),
        _shown(f"{one}/remove", pages.farewell, Role.RESPONDER),
        _acting(f"{one}/remove", pages.remove),
    ]


def _settings() -> list[Route]:
    acts = {
        "/users": settings.add_user,
        "/users/{user}/role": settings.set_role,
        "/users/{user}/invite": settings.invite,
        "/users/{user}/disable": settings.disable,
        "/users/{user}/enable": settings.enable,
        "/tokens/{token}/revoke": settings.revoke_token,
        "/service-users/{user}/revoke": settings.revoke_service_user,
    }
    return [
        _shown("/settings", settings.show, Role.ADMIN),
        _shown("/settings/audit", settings.audit_log, Role.ADMIN),
        *(_acting(f"/settings{path}", act, Role.ADMIN) for path, act in acts.items()),
    ]


def _shown(path: str, show: Page, needs: Role = Role.VIEWER) -> Route:
    return Route(path, page(show, needs), methods=["GET"], middleware=_COMPRESSED)


def _followed(path: str, kind: str, parameter: str = "") -> Route:
    stream = live.endpoint(kind, parameter)
    stream.needs = Role.VIEWER  # type: ignore[attr-defined]
    return Route(path, stream, methods=["GET"])


def _acting(path: str, act: Page, needs: Role = Role.RESPONDER) -> Route:
    return Route(path, page(act, needs), methods=["POST"], middleware=_COMPRESSED)


async def _asset(request: Request) -> Response:
    """Their addresses change with their content, so a browser may keep them for good."""
    name = request.path_params["name"]
    if name not in ASSETS:
        return Response("There is no such file.", 404)
    return Response(asset(name), media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=31536000, immutable"})
