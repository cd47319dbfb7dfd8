"""Names that are not bound, and imports that fail."""

from __future__ import annotations

from paramedic.diagnosis.reading import Site, rules
from paramedic.model.diagnosis import Family

RULES = (
    *rules(
        "UnboundLocalError NameError",
        (r"^local variable '(?P<detail>\w+)' referenced before assignment", Family.UNBOUND_LOCAL, Site.NAME),
        (r"^cannot access local variable '(?P<detail>\w+)'", Family.UNBOUND_LOCAL, Site.NAME),
        (r"^free variable '(?P<detail>\w+)' referenced before assignment", Family.UNBOUND_LOCAL, Site.NAME),
        (r"^cannot access free variable '(?P<detail>\w+)'", Family.UNBOUND_LOCAL, Site.NAME),
        (r"^(?:global )?name '(?P<detail>\w+)' is not defined", Family.MISSING_NAME, Site.NAME),
        (r"'(?P<detail>\w+)'", Family.MISSING_NAME, Site.NAME),
    ),
    *rules(
        "ImportError ModuleNotFoundError",
        (
            r"^cannot import name '(?P<detail>\w+)' from (?:partially initialized module )?'(?P<value>[^']+)'",
            Family.IMPORT_FAILED,
            Site.IMPORT,
        ),
        (r"^No module named '?(?P<detail>[\w.]+)'?", Family.IMPORT_FAILED, Site.IMPORT),
        (r"", Family.IMPORT_FAILED, Site.IMPORT),
    ),
)
