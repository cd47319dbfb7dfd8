from storefront.app import create_app


def test_quote():
    answer = create_app().test_client().post("/quote", json={"basket": {"MUG-01": 2}, "coupon": "WELCOME10"})
    assert answer.json == {"goods": 1800, "discount": 180, "shipping": 490}


def test_unknown_product():
    answer = create_app().test_client().post("/quote", json={"basket": {"CAT-01": 1}})
    assert answer.status_code == 404
