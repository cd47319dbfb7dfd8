from storefront.reports import Sale, average_value, items_per_sale, largest

SALES = [Sale("MUG-01", 2, 1800), Sale("PEN-10", 1, 600)]


def test_averages():
    assert items_per_sale(SALES) == 1.5
    assert average_value(SALES) == 1200


def test_a_day_without_sales_has_no_items():
    assert items_per_sale([]) == 0.0
    assert largest([]) == 0
