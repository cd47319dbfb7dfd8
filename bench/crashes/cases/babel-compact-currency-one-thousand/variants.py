from babel.numbers import format_compact_currency, format_compact_decimal


def compact(number, currency, locale, **options):
    return lambda: format_compact_currency(number, currency, locale=locale, **options)


VARIANTS = [
    compact(1000, "USD", "nl", fraction_digits=2),
    compact(1000, "INR", "brx"),
    compact(1_000_000, "NGN", "ha"),
    compact(1001, "EUR", "nl"),
    compact(1000, "EUR", "en"),
    lambda: format_compact_decimal(1000, format_type="long", locale="nl"),
]
