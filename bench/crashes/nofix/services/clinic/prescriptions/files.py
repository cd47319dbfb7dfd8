"""Scans and letters beside a prescription, as files."""

from django.conf import settings


def folder(number):
    return settings.ATTACHMENTS / str(number)


def names(number):
    try:
        return sorted(path.name for path in folder(number).iterdir())
    except FileNotFoundError:
        return []


def keep(number, name, content):
    target = folder(number)
    target.mkdir(exist_ok=True)
    (target / name).write_bytes(content)
    return len(content)
