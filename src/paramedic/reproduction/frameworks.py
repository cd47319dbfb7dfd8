"""What a framework must be told before anything of it runs outside of a server."""

from __future__ import annotations

import re

from paramedic.model.errors import SourceError
from paramedic.reproduction.code import Import, Preamble
from paramedic.source.tree import SourceTree

_SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE['\"]?\s*[,=:]\s*['\"]?([A-Za-z_][\w.]*)")
_SETTINGS_FILES = (
    "pytest.ini",
    "setup.cfg",
    "tox.ini",
    "pyproject.toml",
    "manage.py",
    "conftest.py",
    "tests/conftest.py",
    "runtests.py",
)


def preamble_for(error: str, message: str, tree: SourceTree) -> Preamble | None:
    """What to run first when an attempt ended with ``error``; None when that has nothing to do with set-up."""
    django = error in {"ImproperlyConfigured", "AppRegistryNotReady"} or "isn't in an application in INSTALLED_APPS" in message
    return django_preamble(tree) if django else None


def django_preamble(tree: SourceTree) -> Preamble:
    """Django set up: with the project's settings when it names some, else with the least that the framework needs."""
    configured = settings_module(tree)
    if configured:
        own = (f'os.environ.setdefault("DJANGO_SETTINGS_MODULE", {configured!r})', "django.setup()")
        return Preamble(own, frozenset((Import("django"), Import("os"))))
    apps = ["django.contrib.contenttypes", "django.contrib.auth", *_own_apps(tree)]
    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    options = f"INSTALLED_APPS={apps!r}, TEMPLATES={templates!r}, DATABASES={databases!r}, USE_TZ=True, SECRET_KEY='x'"
    lines = (f"if not settings.configured:\n    settings.configure({options})\n    django.setup()",)
    return Preamble(lines, frozenset((Import("django"), Import("django.conf", "settings"))))


def uses_django(tree: SourceTree) -> bool:
    """Whether the repository is a Django project: something that can answer a request by itself."""
    return any(path.rpartition("/")[2] == "manage.py" for path in tree.files("manage.py")) or settings_module(tree) is not None


def settings_module(tree: SourceTree) -> str | None:
    """The settings that the project's test configuration names."""
    for path in _SETTINGS_FILES:
        try:
            match = _SETTINGS.search(tree.text(path))
        except SourceError:
            continue
        if match and tree.find_module(match[1]):
            return match[1]
    return None


def _own_apps(tree: SourceTree) -> list[str]:
    """Packages of the repository that Django would take for an application."""
    found = []
    for path in tree.files("/apps.py"):
        package = tree.module_name(path).rpartition(".")[0]
        if package and "tests" not in package.split("."):
            found.append(package)
    return sorted(found)[:10]
