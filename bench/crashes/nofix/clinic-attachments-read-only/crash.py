import os
from pathlib import Path

os.environ |= {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
import django
from django.test import Client

django.setup()

folder = Path("attachments")
folder.mkdir(mode=0o555)
if os.geteuid() == 0:  # whom no mode stops
    os.setresuid(65534, 65534, 0)
try:
    Client(raise_request_exception=False).post("/prescriptions/12/attachments/letter", data=b"%PDF", content_type="application/pdf")
finally:
    if os.getresuid()[2] == 0:
        os.seteuid(0)
