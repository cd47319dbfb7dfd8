import django
import tablib
from django.conf import settings

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, USE_TZ=False)
django.setup()

from django.db import models
from import_export.resources import ModelResource


class Price(models.Model):
    sku = models.CharField(max_length=20)

    class Meta:
        app_label = "shop"


class PriceList(ModelResource):
    class Meta:
        model = Price


def trigger():
    result = PriceList().import_data(tablib.Dataset(), collect_failed_rows=True)
    return [result.failed_dataset.headers, result.total_rows]
