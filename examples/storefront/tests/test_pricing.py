from storefront.pricing import bonus_points, discount, shipping, subtotal


def test_subtotal():
    assert subtotal([(900, 2), (600, 1)]) == 2400


def test_discount_of_a_known_coupon():
    assert discount(2000, "welcome10") == 200


def test_shipping_is_free_for_large_orders():
    assert shipping(5000, "") == 0


def test_shipping_with_a_coupon_nobody_issued():
    assert shipping(1000, "NOPE") == 490


def test_no_points_without_a_coupon():
    assert bonus_points(1000, "NOPE") == 0
