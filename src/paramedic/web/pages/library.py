"""Playbooks and knowledge: what there is and how it is used, their editor, their versions, and out and in as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

from starlette.responses import Response

from paramedic.learning.markdown import read_sheet
from paramedic.model.errors import BadInput
from paramedic.sessions.shelves import NOTES, PLAYBOOKS, Bookshelf, Entry, Overtaken
from paramedic.store import recalls
from paramedic.store.engine import reading
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.pages.serving import HEADERS, Visit

_VERSIONS_SHOWN = 30
_PASTED = "pasted"


@dataclass(frozen=True)
class LibraryPages(Generic[Entry]):
    """The pages of one shelf, all under ``path``. ``noun`` is one of its entries, in words."""

    shelf: Bookshelf[Entry]
    path: str
    title: str
    noun: str

    def listing(self, visit: Visit) -> Response:
        with reading(visit.engine).connect() as connection:
            found = self.shelf.listed(connection, HOME_ORGANISATION)
            used = recalls.uses(connection, self.shelf.shelf)
        return self._show(visit, "shelf.html", rows=[(entry, used.get(entry.id)) for entry in found])

    def one(self, visit: Visit) -> Response:
        """As it stands, or in the ``version`` that is asked for; with the difference of ``older`` and ``newer``."""
        with reading(visit.engine).connect() as connection:
            current = self.shelf.read(connection, HOME_ORGANISATION, _name(visit))
            versions = {entry.version: entry for entry in self.shelf.versions(connection, current.id)}
            used = recalls.uses(connection, self.shelf.shelf, current.id).get(current.id)
        newer = versions.get(visit.number("newer") or current.version, current)
        older = versions.get(visit.number("older") or max(1, newer.version - 1), current)
        shown = versions.get(visit.number("version") or current.version)
        if shown is None:
            raise BadInput(f"There is no version {visit.number('version')} of this {self.noun}; the last is {current.version}.")
        return self._show(
            visit,
            "entry.html",
            entry=current,
            shown=shown,
            used=used,
            versions=list(versions.values())[: -_VERSIONS_SHOWN - 1 : -1],
            numbers=sorted(versions, reverse=True),
            older=older,
            newer=newer,
            diff=self.shelf.diff(older, newer),
        )

    def blank(self, visit: Visit) -> Response:
        return self._form(visit, {})

    def create(self, visit: Visit) -> Response:
        try:
            with visit.engine.begin() as connection:
                saved = self.shelf.save(connection, HOME_ORGANISATION, visit.form, visit.who)
        except BadInput as error:
            return self._form(visit, visit.form, status=400, problem=error)
        return visit.go(f"{self.path}/{saved.id}")

    def load(self, visit: Visit) -> Response:
        """From a file that was pasted."""
        try:
            sheet = read_sheet(visit.form.get(_PASTED, ""), "the text")
            with visit.engine.begin() as connection:
                saved = self.shelf.load(connection, HOME_ORGANISATION, sheet, "", visit.who)
        except BadInput as error:
            return self._form(visit, visit.form, status=400, problem=error)
        return visit.go(f"{self.path}/{saved.id}")

    def form(self, visit: Visit) -> Response:
        with reading(visit.engine).connect() as connection:
            entry = self.shelf.read(connection, HOME_ORGANISATION, _name(visit))
        return self._form(visit, self.shelf.fields_of(entry), entry)

    def edit(self, visit: Visit) -> Response:
        """Saved on top of the version that the form was filled from; when another came in between, both are shown."""
        try:
            with visit.engine.begin() as connection:
                name, form = _name(visit), visit.form
                saved = self.shelf.edit(connection, HOME_ORGANISATION, name, form, visit.who, _base(visit))
        except BadInput as error:
            return self._form_again(visit, error)
        return visit.go(f"{self.path}/{saved.id}")

    def restore(self, visit: Visit) -> Response:
        with visit.engine.begin() as connection:
            current = self.shelf.unchanged(connection, HOME_ORGANISATION, _name(visit), _base(visit))
            old = self.shelf.version(connection, HOME_ORGANISATION, current.id, _number(visit, "version"))
            self.shelf.restore(connection, HOME_ORGANISATION, old, visit.who)
        return visit.go(f"{self.path}/{current.id}")

    def export(self, visit: Visit) -> Response:
        with reading(visit.engine).connect() as connection:
            entry = self.shelf.read(connection, HOME_ORGANISATION, _name(visit))
        name = (getattr(entry, "macro", None) or entry.id).removeprefix("!")
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.md"'}
        return Response(self.shelf.sheet(entry), media_type="text/markdown; charset=utf-8", headers=headers)

    def farewell(self, visit: Visit) -> Response:
        """What removing it means, before it is done."""
        with reading(visit.engine).connect() as connection:
            entry = self.shelf.read(connection, HOME_ORGANISATION, _name(visit))
            used = recalls.uses(connection, self.shelf.shelf, entry.id).get(entry.id)
        return self._show(visit, "entry_remove.html", entry=entry, used=used)

    def remove(self, visit: Visit) -> Response:
        with visit.engine.begin() as connection:
            entry = self.shelf.unchanged(connection, HOME_ORGANISATION, _name(visit), _base(visit))
            self.shelf.remove(connection, HOME_ORGANISATION, entry.id)
        return visit.go(self.path)

    def _form_again(self, visit: Visit, error: BadInput) -> Response:
        """With what the person wrote; what was wrong, or what somebody else wrote meanwhile, beside it."""
        with reading(visit.engine).connect() as connection:
            entry = self.shelf.read(connection, HOME_ORGANISATION, _name(visit))
        overtaken = isinstance(error, Overtaken)
        theirs = self.shelf.sheet(entry) if overtaken else None
        return self._form(visit, visit.form, entry, 409 if overtaken else 400, error, theirs)

    def _form(
        self,
        visit: Visit,
        fields: Mapping[str, str],
        entry: Entry | None = None,
        status: int = 200,
        problem: BadInput | None = None,
        theirs: str | None = None,
    ) -> Response:
        values = {"fields": fields, "entry": entry, "problem": problem, "theirs": theirs, "pasted": fields.get(_PASTED, "")}
        return self._show(visit, "entry_form.html", status, **values)

    def _show(self, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
        return visit.show(template, status, path=self.path, noun=self.noun, shelf_title=self.title, **values)


PLAYBOOK_PAGES = LibraryPages(PLAYBOOKS, "/playbooks", "Playbooks", "playbook")
KNOWLEDGE_PAGES = LibraryPages(NOTES, "/knowledge", "Knowledge", "note")


def _name(visit: Visit) -> str:
    return str(visit.request.path_params["name"])


def _base(visit: Visit) -> int:
    """The version that the form was filled from."""
    return _number(visit, "base")


def _number(visit: Visit, name: str) -> int:
    text = visit.form.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise BadInput("The form does not say which version it is of.", remedy="Load the page again.")
    return int(text)
