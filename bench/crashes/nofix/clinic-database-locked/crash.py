import os
import sqlite3

os.environ |= {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
import django
from django.core.management import call_command
from django.test import Client

django.setup()

call_command("migrate", verbosity=0)
other = sqlite3.connect("clinic.sqlite3", isolation_level=None)
other.execute("BEGIN EXCLUSIVE")
Client(raise_request_exception=False).post("/prescriptions", data={"patient": "Sample Person", "drug": "ibuprofen", "milligrams": 400, "per_day": 3}, content_type="application/json")
