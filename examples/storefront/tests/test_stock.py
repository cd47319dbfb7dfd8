from storefront.stock import Warehouse


def test_what_arrived_is_available():
    warehouse = Warehouse()
    warehouse.receive("MUG-01", 3)
    assert warehouse.available("MUG-01") == 3


def test_nothing_is_available_of_what_never_arrived():
    assert Warehouse().available("MUG-99") == 0


def test_shelf_label():
    assert Warehouse({"PEN-10": 4}).shelf_label("PEN-10") == "PEN-10: 4 in store"
