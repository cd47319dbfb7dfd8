"""Slips that the language leaves one reading of: what was meant is plain, whatever this code base does elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from paramedic.repair.draft import Draft
from paramedic.repair.site import Site
from paramedic.repair.slips import calls, clock, iteration, lookups, numbers, text

IDEAS: tuple[Callable[[Site], Iterator[Draft]], ...] = (
    calls.unawaited,
    calls.awaited_in_vain,
    calls.wrong_context,
    calls.wrong_loop,
    calls.uncalled,
    calls.called_in_vain,
    calls.key_for_attribute,
    calls.without_self,
    calls.wrong_keyword,
    iteration.changed_while_walked,
    iteration.unordered,
    numbers.integral,
    numbers.decimal_beside_float,
    numbers.numeric_text,
    numbers.clamped,
    numbers.ratio,
    text.split_once,
    text.tuple_formatted,
    text.number_formatted,
    text.encoded,
    text.decoded,
    text.decoded_already,
    text.text_of_scalar,
    text.lenient,
    text.serialised,
    clock.zoned,
    clock.day_of_time,
    lookups.null_for_missing,
    lookups.first_under_key,
    lookups.sorted_with_none,
)
