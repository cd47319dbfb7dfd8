import pytest

from feed.codec import BadReading, decode


def test_a_reading_is_decoded():
    assert decode(b'{"meter": "m1", "kwh": 2}').kwh == 2.0


def test_a_meter_that_counts_backwards_is_refused():
    with pytest.raises(BadReading):
        decode(b'{"meter": "m1", "kwh": -2}')
