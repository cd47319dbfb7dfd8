"""ValueError, arithmetic, empty sequences, iteration that ended, recursion, assertions."""

from __future__ import annotations

from paramedic.diagnosis.reading import Site, rules
from paramedic.model.diagnosis import Family

RULES = (
    *rules(
        "ValueError",
        (
            r"^not enough values to unpack \(expected (?:at least )?(?P<detail>\d+), got (?P<count>\d+)\)",
            Family.UNPACK,
            Site.UNPACKING,
        ),
        (r"^too many values to unpack \(expected (?P<detail>\d+)", Family.UNPACK, Site.UNPACKING),
        (r"^need more than (?P<count>\d+) values? to unpack", Family.UNPACK, Site.UNPACKING),
        (r"^dictionary update sequence element #\d+ has length (?P<count>\d+)", Family.UNPACK, Site.ARGUMENT),
        (r"^(?P<function>max|min)\(\) (?:arg|iterable argument) is (?:an )?empty", Family.EMPTY_SEQUENCE, Site.ARGUMENT),
        (r"^(?:attempt to get arg\w+ of an empty|zero-size array)", Family.EMPTY_SEQUENCE, Site.ARGUMENT),
        (r"^(?P<value>.*) is not in (?P<detail>list|deque|tuple|range|set)$", Family.NOT_FOUND_IN_SEQUENCE, Site.ARGUMENT),
        (
            r"^(?P<function>list|deque|tuple|array)\.(?P<detail>remove|index)\(x\): x not in",
            Family.NOT_FOUND_IN_SEQUENCE,
            Site.ARGUMENT,
        ),
        (r"^(?:substring|subsection|sub-?string) not found", Family.NOT_FOUND_IN_SEQUENCE, Site.ARGUMENT),
        (r"^(?P<value>.*) is not a valid (?P<function>\w+)$", Family.BAD_CONVERSION, Site.ARGUMENT),
        (r"^empty separator", Family.EMPTY_SEQUENCE, Site.ARGUMENT),
        (r"^(?:math domain error|expected a (?:nonnegative|positive) input)", Family.BAD_CONVERSION, Site.ARGUMENT),
        (
            (
                r"^(?:Unknown format code|Invalid format specifier|Format specifier|unsupported format character|Single '|"
                r"expected '}'|Sign not allowed)"
            ),
            Family.BAD_CONVERSION,
            Site.FORMAT,
        ),
        (r"^range\(\) arg 3 must not be zero|^slice step cannot be zero", Family.ZERO_DIVISION, Site.ARGUMENT),
        (r"^negative shift count", Family.BAD_CONVERSION, Site.OPERATION),
        (r"^I/O operation on closed file|^read of closed file|^write to closed file", Family.WRONG_TYPE, Site.ARGUMENT),
    ),
    *rules(
        "ZeroDivisionError",
        (r"", Family.ZERO_DIVISION, Site.DIVISION),
    ),
    *rules(
        "DivisionByZero DivisionUndefined",
        (r"", Family.ZERO_DIVISION, Site.DIVISION),
    ),
    *rules(
        "StopIteration StopAsyncIteration",
        (r"", Family.STOP_ITERATION, Site.NEXT),
    ),
    *rules(
        "RuntimeError",
        (r"^(?:async )?generator raised Stop(?:Async)?Iteration", Family.STOP_ITERATION, Site.NEXT),
        (
            r"^(?P<detail>dictionary|Set|OrderedDict|deque)\b.*(?:changed size|mutated) during iteration",
            Family.OTHER,
            Site.ITERATION,
        ),
        (r"^dictionary keys changed during iteration", Family.OTHER, Site.ITERATION),
        (r"^maximum recursion depth exceeded", Family.RECURSION, Site.ANY),
    ),
    *rules("RecursionError", (r"", Family.RECURSION, Site.ANY)),
    *rules("AssertionError", (r"", Family.ASSERTION, Site.ASSERTION)),
    *rules("FloatingPointError", (r"", Family.OVERFLOW, Site.OPERATION)),
)
