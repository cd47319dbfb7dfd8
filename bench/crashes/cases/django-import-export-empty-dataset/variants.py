import tablib
from import_export.results import Result
from trigger import PriceList


def headers(given):
    def add():
        result = Result()
        result.add_dataset_headers(given)
        return result.failed_dataset.headers

    return add


VARIANTS = [
    lambda: PriceList().import_data(tablib.Dataset(), dry_run=True, collect_failed_rows=True).failed_dataset.headers,
    headers(None),
    headers([]),
    headers(["sku", "price"]),
    lambda: PriceList().import_data(tablib.Dataset()).total_rows,
]
