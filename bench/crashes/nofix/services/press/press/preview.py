"""Pages, and what turns them into PDF."""

import html
import subprocess

RENDERER = "wkhtmltopdf"


def page(title, body):
    return f"<!doctype html><title>{html.escape(title or 'untitled')}</title>{body}"


def version():
    """None where there is no renderer, as on a developer's machine."""
    try:
        return subprocess.run([RENDERER, "--version"], capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        return None


def to_pdf(text, target):
    subprocess.run([RENDERER, "--quiet", "-", str(target)], input=text.encode(), check=True, capture_output=True)
    return str(target)
