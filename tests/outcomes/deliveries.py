"""Deliveries as the forges send them, signed as they sign them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

SECRET = "It's a Secret to Everybody"
KEY = base64.b64encode(b"k" * 32).decode()
SIGNING = f"whsec_{KEY}"


def github_pull(action: str, number: int = 12, *, updated: str = "2026-01-02T00:00:00Z", **pull: object) -> dict[str, object]:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request"""
    merged = bool(pull.get("merged_at"))
    home = {"id": 1, "full_name": "acme/shop"}
    return {
        "action": action,
        "number": number,
        "pull_request": {
            "number": number,
            "html_url": f"https://github.example/acme/shop/pull/{number}",
            "state": "closed" if action == "closed" else "open",
            "merged": merged,
            "merged_at": None,
            "merge_commit_sha": "f" * 40,
            "merged_by": {"login": "ada"} if merged else None,
            "closed_at": updated if action == "closed" else None,
            "updated_at": updated,
            "head": {"ref": "paramedic/desk-1-0a1b2c3d", "repo": home},
            "base": {"ref": "main", "repo": home},
            **pull,
        },
        "repository": home,
        "sender": {"login": "ada"},
    }


def gitlab_merge(action: str, state: str, number: int = 12, *, updated: str = "2026-01-02 00:00:00 UTC") -> dict[str, object]:
    """https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events"""
    return {
        "object_kind": "merge_request",
        "user": {"username": "ada"},
        "project": {"path_with_namespace": "acme/shop"},
        "object_attributes": {
            "iid": number,
            "id": 900,
            "action": action,
            "state": state,
            "url": f"https://gitlab.example/acme/shop/-/merge_requests/{number}",
            "source_branch": "paramedic/desk-1-0a1b2c3d",
            "target_branch": "main",
            "source_project_id": 5,
            "target_project_id": 5,
            "merge_commit_sha": "f" * 40 if state == "merged" else None,
            "updated_at": updated,
        },
    }


def gitea_pull(action: str, number: int = 12, *, updated: str = "2026-01-02T00:00:00Z", **pull: object) -> dict[str, object]:
    """https://docs.gitea.com/usage/webhooks"""
    side = {"repo_id": 3, "label": "paramedic/desk-1-0a1b2c3d"}
    return {
        "action": action,
        "number": number,
        "pull_request": {
            "number": number,
            "html_url": f"https://gitea.example/acme/shop/pulls/{number}",
            "state": "closed" if action == "closed" else "open",
            "merged": False,
            "updated_at": updated,
            "head": {**side, "ref": f"refs/pull/{number}/head"},
            "base": {"repo_id": 3, "label": "main", "ref": "main"},
            **pull,
        },
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "ada"},
    }


def github(document: object, event: str = "pull_request", secret: str = SECRET) -> tuple[str, bytes, dict[str, str]]:
    body = json.dumps(document).encode()
    headers = {"X-GitHub-Event": event, "X-Hub-Signature-256": "sha256=" + _hex(secret, body), "Content-Type": "application/json"}
    return "/webhook/github", body, headers


def gitlab(document: object, event: str = "Merge Request Hook", secret: str = SECRET) -> tuple[str, bytes, dict[str, str]]:
    headers = {"X-Gitlab-Event": event, "X-Gitlab-Token": secret, "Content-Type": "application/json"}
    return "/webhook/gitlab", json.dumps(document).encode(), headers


def gitlab_signed(
    document: object, key: str = KEY, *, age: float = 0, event: str = "Merge Request Hook"
) -> tuple[str, bytes, dict[str, str]]:
    body, stamp = json.dumps(document).encode(), str(int(time.time() - age))
    signed = hmac.new(base64.b64decode(key), f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "X-Gitlab-Event": event,
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1,b2xkIGtleQ== v1," + base64.b64encode(signed).decode(),
    }
    return "/webhook/gitlab", body, headers


def gitea(document: object, event: str = "pull_request", secret: str = SECRET) -> tuple[str, bytes, dict[str, str]]:
    """Gitea says what GitHub would, beside its own."""
    body = json.dumps(document).encode()
    signature = _hex(secret, body)
    headers = {
        "X-Gitea-Event": event,
        "X-Gitea-Signature": signature,
        "X-GitHub-Event": event,
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    return "/webhook/gitea", body, headers


def _hex(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
