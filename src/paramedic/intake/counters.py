"""What intake counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter

ACCEPTED = Counter("paramedic_deliveries_accepted", "Deliveries stored and acknowledged.", ["kind"])
REFUSED = Counter("paramedic_deliveries_refused", "Requests refused, by HTTP status.", ["status"])
IGNORED = Counter("paramedic_items_ignored", "Envelope items and hooks that are accepted and not kept.", ["kind"])
