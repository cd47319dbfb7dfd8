import datetime
import uuid

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import list_hash
from rest_framework import serializers
from trigger import Orders, path


def components(field):
    def generate():
        shape = type("Booking", (serializers.Serializer,), {"day": field})
        view = type("Bookings", (Orders,), {"serializer_class": shape})
        return sorted(
            SchemaGenerator(patterns=[path("b/", view.as_view())]).get_schema(request=None, public=True)["components"]["schemas"]
        )

    return generate


VARIANTS = [
    lambda: list_hash([uuid.UUID(int=1), "a"]),
    lambda: list_hash([datetime.date(2026, 1, 1)]) == list_hash(["2026-01-01"]),
    lambda: list_hash([1, "a", None]),
    components(serializers.ChoiceField(choices=[(datetime.date(2026, 1, 1), "new year")])),
    components(serializers.ChoiceField(choices=["mon", "tue"])),
    components(serializers.MultipleChoiceField(choices=[(1, "one"), (2, "two")])),
    components(serializers.UUIDField()),
]
