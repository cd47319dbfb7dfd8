"""An afternoon of customers: most requests are fine, some hit what the tests never tried.

Usage: traffic.py BASE_URL [ROUNDS]
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

FINE = (
    ("POST", "/quote", {"basket": {"MUG-01": 2}, "coupon": "WELCOME10"}),
    ("GET", "/stock/MUG-01", None),
    ("GET", "/reports/2026-03-02", None),
    ("POST", "/price-lists", "sku,price,minimum\nMUG-01,7.50,12\n"),
)
CRASHING = (
    ("POST", "/quote", {"basket": {"TEE-M": 1}, "coupon": "SPRING5"}),
    ("GET", "/stock/TEE-M", None),
    ("GET", "/reports/2026-03-03", None),
    ("POST", "/price-lists", "sku,price,minimum\nPEN-10,4.20,a dozen\n"),
    ("POST", "/orders/1001/pay/2390", None),
)


def send(base: str, method: str, path: str, body: object) -> int:
    """The status of the answer."""
    data, kind = None, "application/json"
    if isinstance(body, str):
        data, kind = body.encode(), "text/csv"
    elif method == "POST":
        data = json.dumps(body or {}).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def run(base: str, rounds: int) -> dict[str, int]:
    """Statuses of the crashing requests by path, after ``rounds`` of everything."""
    statuses = {}
    for _ in range(rounds):
        for request in FINE:
            send(base, *request)
        for method, path, body in CRASHING:
            statuses[path] = send(base, method, path, body)
    return statuses


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1))
