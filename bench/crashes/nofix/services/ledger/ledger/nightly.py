"""``python -m ledger.nightly``: interest for all accounts, after midnight."""

import os
import time

from ledger import archive
from ledger.journal import Journal


def basis_points():
    """The yearly rate, as the board decided it."""
    return int(os.environ.get("LEDGER_RATE_BP", "0"))


def interest(cents, rate, days=1):
    if not cents:
        return 0
    return cents * rate * days // 3_650_000


def wait_for_window(seconds):
    """The bank takes transfers from two o'clock on."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.05)


def close(balances, window_seconds=0.0):
    wait_for_window(window_seconds)
    rate = basis_points()
    journal = Journal()
    for account, cents in balances.items():
        gain = interest(cents, rate)
        journal.add(f"interest {account}", {account: gain, "bank": -gain})
    return journal


if __name__ == "__main__":
    window = float(os.environ.get("LEDGER_WINDOW_SECONDS", "0"))
    books = archive.balances(os.environ.get("LEDGER_ARCHIVE"))
    print(close(books, window).balance("bank"))
