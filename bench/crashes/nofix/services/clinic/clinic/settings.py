import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("CLINIC_SECRET", "only-for-development")
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["prescriptions"]
ROOT_URLCONF = "clinic.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("CLINIC_DATABASE", str(BASE_DIR / "clinic.sqlite3")),
        "OPTIONS": {"timeout": 0.2},
    }
}
ATTACHMENTS = Path(os.environ.get("CLINIC_ATTACHMENTS", BASE_DIR / "attachments"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
