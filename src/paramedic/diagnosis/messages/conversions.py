"""Failed conversions: numbers, dates, text encodings, JSON, base64, packed structures, decimals."""

from __future__ import annotations

import re

from paramedic.diagnosis.reading import Rule, Site, rules
from paramedic.model.diagnosis import Family


def _calls(types: str, function: str, family: Family, *patterns: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(frozenset(types.split()), re.compile(pattern, re.DOTALL), family, Site.ARGUMENT, function=function)
        for pattern in patterns
    )


_BAD = Family.BAD_CONVERSION

RULES = (
    *_calls(
        "ValueError",
        "int",
        _BAD,
        r"^invalid literal for int\(\) with base \d+: (?P<value>.*)$",
        r"^cannot convert float (?:NaN|infinity) to integer",
    ),
    *_calls("ValueError", "int", Family.OVERFLOW, r"^Exceeds the limit .* for integer string conversion"),
    *_calls(
        "ValueError", "float", _BAD, r"^could not convert string to float: (?P<value>.*)$", r"^could not convert string to float"
    ),
    *_calls("ValueError", "complex", _BAD, r"^complex\(\) arg is a malformed string"),
    *_calls("ValueError", "fromisoformat", _BAD, r"^Invalid isoformat string: (?P<value>.*)$"),
    *_calls(
        "ValueError",
        "strptime",
        _BAD,
        r"^time data (?P<value>.*?) does not match format",
        r"^unconverted data remains: (?P<value>.*)$",
    ),
    *_calls(
        "ValueError",
        "datetime",
        _BAD,
        r"^(?P<detail>day|month|year|hour|minute|second|microsecond)\b.*(?:out of range|must be in)",
    ),
    *_calls("ValueError", "chr", _BAD, r"^chr\(\) arg not in range"),
    *_calls("ValueError", "bytes", _BAD, r"^bytes must be in range\(0, 256\)", r"^non-hexadecimal number found in fromhex"),
    *_calls("ValueError", "UUID", _BAD, r"^badly formed hexadecimal UUID string"),
    *_calls("ValueError", "literal_eval", _BAD, r"^malformed node or string"),
    *_calls("UnicodeDecodeError", "decode", Family.BAD_ENCODING, r"^'(?P<detail>[\w-]+)' codec can't decode"),
    *_calls(
        "UnicodeEncodeError",
        "encode",
        Family.BAD_ENCODING,
        r"^'(?P<detail>[\w-]+)' codec can't encode characters? (?P<value>'[^']*')?",
    ),
    *_calls("UnicodeError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError", "encode", Family.BAD_ENCODING, r""),
    *_calls("LookupError", "encode", Family.BAD_ENCODING, r"^unknown encoding: (?P<value>.*)$"),
    *_calls("JSONDecodeError", "loads", _BAD, r""),
    *_calls("InvalidOperation ConversionSyntax", "Decimal", _BAD, r"ConversionSyntax", r""),
    *rules("error Error", (r"Incorrect padding|base64|hex|Odd-length string|Non-hexadecimal", _BAD, Site.ARGUMENT)),
    *rules("error", (r"unpack|pack|bytes|format requires|argument", _BAD, Site.ARGUMENT)),
    *rules(
        "OverflowError",
        (r"^(?:Python )?int too large to convert to (?P<detail>.*)$", Family.OVERFLOW, Site.ARGUMENT),
        (
            r"^(?:cannot convert float (?:infinity|NaN) to integer|date value out of range|math range error)",
            Family.OVERFLOW,
            Site.ARGUMENT,
        ),
        (r"^(?:cannot fit|signed integer|unsigned byte|timestamp out of range|days=|mktime)", Family.OVERFLOW, Site.ARGUMENT),
        (r"", Family.OVERFLOW, Site.ARGUMENT),
    ),
)
