"""AttributeError, in the forms of the interpreter, of modules, of enums and of lazily loaded objects."""

from __future__ import annotations

from paramedic.diagnosis.reading import Site, rules
from paramedic.model.diagnosis import Family

_CONTEXT = r"__a?(?:enter|exit)__"

RULES = rules(
    "AttributeError",
    (
        rf"^(?:'(?P<type>[^']+)' object has no attribute )?'?(?P<detail>{_CONTEXT})'?",
        Family.WRONG_TYPE,
        Site.CONTEXT,
        Family.NONE_ATTRIBUTE,
    ),
    (r"^module '(?P<value>[^']*)' has no attribute '(?P<detail>\w+)'", Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
    (
        r"^partially initialized module '(?P<value>[^']*)' .*has no attribute '(?P<detail>\w+)'",
        Family.IMPORT_FAILED,
        Site.ATTRIBUTE,
    ),
    (
        r"^'(?P<type>[^']+)' object has no attribute '(?P<detail>\w+)'",
        Family.MISSING_ATTRIBUTE,
        Site.ATTRIBUTE,
        Family.NONE_ATTRIBUTE,
    ),
    (r"^type object '(?P<value>[^']+)' has no attribute '(?P<detail>\w+)'", Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
    (r"^class (?P<value>\w+) has no attribute '(?P<detail>\w+)'", Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
    (r"^'(?P<type>[^']+)' object attribute '(?P<detail>\w+)' is read-only", Family.WRONG_TYPE, Site.ATTRIBUTE),
    (r"^(?:can't set attribute|can't delete attribute)(?: '(?P<detail>\w+)')?", Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
    (
        r"^property '(?P<detail>\w+)' of '(?P<type>[^']+)' object has no (?:setter|getter|deleter)",
        Family.MISSING_ATTRIBUTE,
        Site.ATTRIBUTE,
    ),
    (
        r"^'?(?P<type>[\w.]+)'?(?: object| instance)? has no attribute '?(?P<detail>\w+)'?",
        Family.MISSING_ATTRIBUTE,
        Site.ATTRIBUTE,
    ),
    (r"^(?P<detail>[A-Za-z_]\w*)$", Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
    (r"'(?P<detail>\w+)'", Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
)
