import pytest

from warehouse.parcels import Line, TooHeavy, weigh


def test_the_box_weighs_too():
    assert weigh([Line(sku="mug", pieces=2, grams_each=300)]) == 720


def test_a_box_that_nobody_lifts_is_refused():
    with pytest.raises(TooHeavy):
        weigh([Line(sku="anvil", pieces=1, grams_each=60_000)])
