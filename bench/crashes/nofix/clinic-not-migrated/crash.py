import os

os.environ |= {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
import django
from django.test import Client

django.setup()

Client(raise_request_exception=False).get("/prescriptions/12")
