"""One way to speak JSON with an outside system: timeouts, polite retries, pages by Link header, errors of our own tree."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from paramedic.model.errors import OutsideError

Remedy = Callable[[int], str]
"""One sentence on what to do about an HTTP status."""

_RETRIED = frozenset({429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 307, 308})
_HOPS = 3
_RESET_HEADERS = ("X-Sentry-Rate-Limit-Reset", "X-RateLimit-Reset", "RateLimit-Reset")
_LONGEST_ANSWER = 2000
_RETRY_IN_BODY = re.compile(r'"retry_after"\s*:\s*(\d{1,6})\b')
_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="next"([^,]*)')


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an outside system is given. A wish to wait longer than ``longest_wait_seconds`` is passed to the caller."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    attempts: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0


@dataclass(slots=True)
class Outside:
    """A JSON API. ``GET`` and ``PUT`` are retried with jitter; ``POST`` never, for nobody knows whether it was done.

    Raises ``OutsideError`` for every failure; ``remedy`` finds the sentence for a refused request.
    """

    system: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    remedy: Remedy = lambda _status: ""
    patience: Patience = Patience()
    verify: bool | str = True
    secret: str = ""
    """Part of an address that no message may show."""
    _client: httpx2.Client | None = None

    def get(self, path: str, **params: str | int) -> object:
        return self._decoded(self.respond(path, **params))

    def put(self, path: str, body: object) -> object:
        return self._decoded(self._patiently("PUT", path, json=body))

    def post(self, path: str, body: object) -> object:
        return self._decoded(self._once("POST", path, json=body))

    def post_form(self, path: str, fields: Mapping[str, str]) -> object:
        return self._decoded(self._once("POST", path, data=dict(fields)))

    def send(self, path: str, body: object) -> httpx2.Response:
        """The whole answer to a POST, for systems that do not answer in JSON."""
        return self._once("POST", path, json=body)

    def respond(self, path: str, **params: str | int) -> httpx2.Response:
        """The whole answer to a GET, for callers that read its headers."""
        # An empty mapping would take the query off an address.
        return self._patiently("GET", path, params=params or None)

    def pages(self, path: str, *, rows_at_most: int, **params: str | int) -> Iterator[object]:
        """The rows of a list, page after page. Sentry always sends a next link; ``results="false"`` ends it."""
        address: str | None = path
        left = rows_at_most
        while address and left > 0:
            response = self.respond(address, **params)
            rows = self._decoded(response)
            for row in (rows if isinstance(rows, list) else [])[:left]:
                left -= 1
                yield row
            address, params = _next_page(response), {}

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _patiently(self, method: str, path: str, **request: object) -> httpx2.Response:
        for attempt in range(1, self.patience.attempts + 1):
            try:
                return self._once(method, path, **request)
            except OutsideError as error:
                wait = self._wait(error, attempt)
                if wait is None:
                    raise
                time.sleep(wait)
        raise AssertionError("unreachable: the last attempt raises")

    def _wait(self, error: OutsideError, attempt: int) -> float | None:
        """Seconds until the next attempt, None when there shall be none."""
        if error.permanent or attempt >= self.patience.attempts:
            return None
        wished = error.retry_after_seconds
        if wished is not None:
            return wished if wished <= self.patience.longest_wait_seconds else None
        growth = float(2 ** (attempt - 1))
        return self.patience.first_wait_seconds * growth * random.uniform(0.5, 1.5)  # noqa: S311 - jitter is no secret

    def _once(self, method: str, path: str, **request: object) -> httpx2.Response:
        response = self._sent(method, path, **request)
        for _hop in range(_HOPS if method == "GET" else 0):
            if (moved := self._moved_to(response)) is None:
                break
            response = self._sent(method, moved)
        if response.status_code >= 400:
            raise self._refused(response)
        if response.status_code >= 300:
            raise self._misdirected(response)
        return response

    def _moved_to(self, response: httpx2.Response) -> str | None:
        """Where on our own host a renamed thing is now: the token goes nowhere else."""
        target = response.headers.get("Location", "")
        if response.status_code not in _MOVED or not target:
            return None
        try:
            url, own = response.request.url.join(target), httpx2.URL(self.base_url)
        except httpx2.InvalidURL:
            return None
        return str(url) if (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port) else None

    def _sent(self, method: str, path: str, **request: object) -> httpx2.Response:
        try:
            return self._open().request(method, self._address(path), **request)  # type: ignore[arg-type]
        except httpx2.TimeoutException as error:
            raise OutsideError(f"{self.system} did not answer in time.", remedy="It will be tried again.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OutsideError(self._without_secret(f"{self.system} cannot be reached at {self.base_url}: {error}.")) from error

    def _address(self, path: str) -> str:
        """An absolute link is followed on our own host only, so that a token never goes elsewhere."""
        if path.startswith(("http://", "https://")):
            url, own = httpx2.URL(path), httpx2.URL(self.base_url)
            return str(own.copy_with(raw_path=url.raw_path))
        return self.base_url + path

    def _open(self) -> httpx2.Client:
        if self._client is None:
            timeout = httpx2.Timeout(self.patience.read_seconds, connect=self.patience.connect_seconds)
            headers = {"User-Agent": "paramedic", "Accept": "application/json", **self.headers}
            self._client = httpx2.Client(headers=headers, timeout=timeout, verify=self.verify)
        return self._client

    def _refused(self, response: httpx2.Response) -> OutsideError:
        status = response.status_code
        error = OutsideError(
            self._without_secret(
                f"{self.system} answered {status} to {response.request.method} {response.request.url.path}: {_detail(response)}"
            ),
            remedy=self.remedy(status),
            status=status,
            permanent=status not in _RETRIED and not _limited(response),
            retry_after_seconds=_retry_after(response),
        )
        error.answer = response.text[:_LONGEST_ANSWER]
        return error

    def _without_secret(self, text: str) -> str:
        return text.replace(self.secret, "[hidden]") if self.secret else text

    def _misdirected(self, response: httpx2.Response) -> OutsideError:
        return OutsideError(
            self._without_secret(f"{self.system} redirects to {response.headers.get('Location', 'nowhere')!r}."),
            remedy="Set the base URL to the address that it redirects to.",
            status=response.status_code,
            permanent=True,
        )

    def _decoded(self, response: httpx2.Response) -> object:
        if response.status_code == 204 or not response.content:
            return None
        try:
            decoded: object = response.json()
        except ValueError as error:
            raise OutsideError(
                self._without_secret(f"{self.system} answered {response.request.url.path} with something other than JSON."),
                remedy="Check that the base URL is that of its API and not of a login page.",
                status=response.status_code,
                permanent=True,
            ) from error
        return decoded


def certainly_not_done(error: OutsideError) -> bool:
    """Whether the request was refused or never arrived. After a lost answer or a failure inside, nobody knows."""
    unsent = isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout))
    return unsent or (error.status is not None and error.status < 500) or error.status == 503


def _next_page(response: httpx2.Response) -> str | None:
    found = _LINK.search(response.headers.get("Link", ""))
    if found is None or 'results="false"' in found[2]:
        return None
    return found[1]


def _detail(response: httpx2.Response) -> str:
    """The system's own words, cut short; HTML error pages say nothing to a reader."""
    try:
        body = response.json()
    except ValueError:
        return response.reason_phrase or "no explanation"
    if isinstance(body, dict):
        words = [body.get(key) for key in ("detail", "message", "error", "errors", "text", "description", "non_field_errors")]
        return str(next((word for word in words if word), body))[:300]
    return str(body)[:300]


def _limited(response: httpx2.Response) -> bool:
    """GitHub says a spent quota with 403."""
    return response.status_code == 403 and (
        response.headers.get("X-RateLimit-Remaining") == "0" or "Retry-After" in response.headers
    )


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds to wait: ``Retry-After`` (seconds or a date), Telegram's ``retry_after``, or when the quota is filled again."""
    if response.status_code not in (403, 429, 503):
        return None
    if (wished := response.headers.get("Retry-After")) is not None:
        return _seconds(wished)
    if (told := _RETRY_IN_BODY.search(response.text[:1000])) is not None:
        return float(told[1])
    if response.status_code != 503 and response.headers.get("X-RateLimit-Remaining", "0") == "0":
        for name in _RESET_HEADERS:
            value = response.headers.get(name, "")
            if value.replace(".", "", 1).isdigit():
                return max(0.0, float(value) - time.time())
    return None


def _seconds(wished: str) -> float | None:
    if wished.strip().isdigit():
        return float(wished)
    try:
        return max(0.0, (parsedate_to_datetime(wished) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
