from babel.numbers import format_compact_currency


def trigger():
    prices = [250, 1000, 12000]
    return [format_compact_currency(price, "EUR", locale="nl_NL") for price in prices]
