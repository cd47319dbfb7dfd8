import pytest

from storefront.errors import ImportFailed
from storefront.imports import parse_minimum, parse_price, parse_weight, read_price_list


def test_price_list():
    rows = read_price_list("sku,price,minimum\nMUG-01,7.50,12\n")
    assert (rows[0].cents, rows[0].minimum) == (750, 12)


def test_minimum():
    assert parse_minimum("6") == 6


@pytest.mark.parametrize("parse", [parse_price, parse_weight])
def test_nonsense_is_refused(parse):
    with pytest.raises(ImportFailed):
        parse("much")
