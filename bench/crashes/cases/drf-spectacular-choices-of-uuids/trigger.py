import uuid

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "drf_spectacular"],
        REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"},
    )
    django.setup()

from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers
from rest_framework.generics import CreateAPIView

PLANS = [(uuid.UUID(int=1), "free"), (uuid.UUID(int=2), "paid")]


class Order(serializers.Serializer):
    plan = serializers.ChoiceField(choices=PLANS)


class Orders(CreateAPIView):
    serializer_class = Order
    authentication_classes = ()


def trigger():
    schema = SchemaGenerator(patterns=[path("orders/", Orders.as_view())]).get_schema(request=None, public=True)
    return sorted(schema["components"]["schemas"])
