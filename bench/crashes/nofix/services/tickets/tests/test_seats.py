from tickets.seats import Store


def test_a_reserved_seat_is_not_free():
    store = Store()
    store.reserve("A1", "Ada")
    assert store.holder("A1") == "Ada"
    assert len(store.free()) == 23


def test_nobody_holds_a_seat_that_is_not_there():
    assert Store().holder("Z1") is None
