import os

os.environ |= {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
import django
from django.test import Client

django.setup()

Client(raise_request_exception=False).post("/prescriptions", data={"patient": "Sample Person", "drug": "Warfarin", "milligrams": 5, "per_day": 4}, content_type="application/json")
