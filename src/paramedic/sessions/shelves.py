"""Playbooks and knowledge as forms and files see them: named texts, in versions, on one of two shelves.

Both shelves work in one way, so that each face does. A form's fields are those of a file's head, and its text the ``body``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from difflib import unified_diff
from typing import Generic, TypeVar

import sqlalchemy as sa

from paramedic.learning.markdown import LARGEST_FILE, Sheet, stem, write_sheet
from paramedic.model.errors import BadInput
from paramedic.model.library import Note, Playbook, Shelf
from paramedic.sessions import library
from paramedic.store import knowledge, playbooks

Entry = TypeVar("Entry", Playbook, Note)
Fields = Mapping[str, str]

_MACRO = re.compile(r"![A-Za-z0-9_-]{1,79}")
_CONTEXT_LINES = 3


class Overtaken(BadInput):
    """Somebody saved another version in between. Nothing was changed."""


class Bookshelf(ABC, Generic[Entry]):
    """``fields`` are the entries of a head, in order; the text is under ``body``."""

    shelf: Shelf
    fields: tuple[str, ...]

    @abstractmethod
    def listed(self, connection: sa.Connection, org_id: str) -> tuple[Entry, ...]: ...

    @abstractmethod
    def read(self, connection: sa.Connection, org_id: str, name: str, *, lock: bool = False) -> Entry:
        """Raises ``BadInput`` when there is none of that name."""

    @abstractmethod
    def versions(self, connection: sa.Connection, entry_id: str) -> tuple[Entry, ...]:
        """The oldest first."""

    @abstractmethod
    def known(self, connection: sa.Connection, org_id: str, fields: Fields) -> Entry | None:
        """The entry that a file with these fields is a version of."""

    @abstractmethod
    def save(self, connection: sa.Connection, org_id: str, fields: Fields, author: str, before: Entry | None = None) -> Entry:
        """Create an entry, or add a version to ``before``. Raises ``BadInput`` that names the field."""

    @abstractmethod
    def restore(self, connection: sa.Connection, org_id: str, old: Entry, author: str) -> Entry:
        """Add a version that says what ``old`` said."""

    @abstractmethod
    def remove(self, connection: sa.Connection, org_id: str, entry_id: str) -> Entry:
        """Take it out of use; its versions stay, since sessions refer to them."""

    @abstractmethod
    def fields_of(self, entry: Entry) -> dict[str, str]:
        """What a form shows, with every field and the body."""

    @abstractmethod
    def named(self, sheet: Sheet, file_name: str) -> dict[str, str]:
        """The fields of a file, with what its name tells where the head does not."""

    def sheet(self, entry: Entry) -> str:
        """The file: a head of what has a value, and the text."""
        fields = self.fields_of(entry)
        return write_sheet({name: fields[name] or None for name in self.fields}, fields["body"])

    def edit(self, connection: sa.Connection, org_id: str, name: str, fields: Fields, author: str, base: int) -> Entry:
        """Add a version to what stood as version ``base``. Raises ``Overtaken`` when that no longer stands."""
        return self.save(connection, org_id, fields, author, self.unchanged(connection, org_id, name, base))

    def unchanged(self, connection: sa.Connection, org_id: str, name: str, base: int) -> Entry:
        """The entry, held until the transaction ends. Raises ``Overtaken`` when it is not ``base`` that stands."""
        entry = self.read(connection, org_id, name, lock=True)
        if entry.version != base:
            raise Overtaken(f"{entry.updated_by} has saved version {entry.version} since you opened version {base}.")
        return entry

    def load(self, connection: sa.Connection, org_id: str, sheet: Sheet, file_name: str, author: str) -> Entry:
        """Create an entry from a file, or add a version to the one that the file is of. Raises ``BadInput``."""
        fields = self.named(sheet, file_name)
        try:
            return self.save(connection, org_id, fields, author, self.known(connection, org_id, fields))
        except BadInput as error:
            raise BadInput(f"{file_name or 'the text'}: {error.args[0]}", remedy=error.remedy) from error

    def version(self, connection: sa.Connection, org_id: str, name: str, number: int | None) -> Entry:
        """One version; the one that stands when ``number`` is None. Raises ``BadInput``."""
        current = self.read(connection, org_id, name)
        found = [one for one in self.versions(connection, current.id) if one.version == (number or current.version)]
        if not found:
            raise BadInput(f"There is no version {number} of {name[:200]}; the last is {current.version}.")
        return found[0]

    def diff(self, older: Entry, newer: Entry) -> str:
        """What changed between two versions, the head included; "" when nothing did."""
        before, after = self.sheet(older).splitlines(), self.sheet(newer).splitlines()
        names = f"version {older.version}", f"version {newer.version}"
        return "\n".join(unified_diff(before, after, *names, lineterm="", n=_CONTEXT_LINES))


class PlaybookShelf(Bookshelf[Playbook]):
    shelf = Shelf.PLAYBOOK
    fields = ("title", "macro")

    def listed(self, connection: sa.Connection, org_id: str) -> tuple[Playbook, ...]:
        return playbooks.listed(connection, org_id)

    def read(self, connection: sa.Connection, org_id: str, name: str, *, lock: bool = False) -> Playbook:
        return playbooks.read(connection, org_id, name, lock=lock)

    def versions(self, connection: sa.Connection, entry_id: str) -> tuple[Playbook, ...]:
        return playbooks.versions(connection, entry_id)

    def known(self, connection: sa.Connection, org_id: str, fields: Fields) -> Playbook | None:
        return playbooks.find(connection, org_id, fields["macro"])

    def save(
        self, connection: sa.Connection, org_id: str, fields: Fields, author: str, before: Playbook | None = None
    ) -> Playbook:
        macro = _line(fields, "macro", 80, needed=False)
        if macro and not _MACRO.fullmatch(macro):
            raise BadInput(f"{macro!r} is not a macro.", remedy="Write it as !letters-digits-and-dashes, such as !triage.")
        schema = before.output_schema if before else None
        draft = playbooks.Draft(_line(fields, "title", 300), _text(fields, "body"), macro or None, schema)
        return library.save_playbook(connection, org_id, draft, author, before.id if before else None)

    def restore(self, connection: sa.Connection, org_id: str, old: Playbook, author: str) -> Playbook:
        # A version keeps no macro: it is the entry's, as people call it now.
        draft = playbooks.Draft(old.title, old.body, old.macro, old.output_schema)
        return library.save_playbook(connection, org_id, draft, author, old.id)

    def remove(self, connection: sa.Connection, org_id: str, entry_id: str) -> Playbook:
        return library.remove_playbook(connection, org_id, entry_id)

    def fields_of(self, entry: Playbook) -> dict[str, str]:
        return {"title": entry.title, "macro": entry.macro or "", "body": entry.body}

    def named(self, sheet: Sheet, file_name: str) -> dict[str, str]:
        macro = sheet.head.get("macro") or (f"!{stem(file_name)}" if file_name else "")
        return {"title": sheet.title(file_name), "macro": macro, "body": sheet.body}


class NoteShelf(Bookshelf[Note]):
    shelf = Shelf.KNOWLEDGE
    fields = ("name", "trigger", "pinned_to", "folder", "enabled")

    def listed(self, connection: sa.Connection, org_id: str) -> tuple[Note, ...]:
        return knowledge.listed(connection, org_id)

    def read(self, connection: sa.Connection, org_id: str, name: str, *, lock: bool = False) -> Note:
        return knowledge.read(connection, org_id, name, lock=lock)

    def versions(self, connection: sa.Connection, entry_id: str) -> tuple[Note, ...]:
        return knowledge.versions(connection, entry_id)

    def known(self, connection: sa.Connection, org_id: str, fields: Fields) -> Note | None:
        return next(iter(knowledge.read_many(connection, org_id, [fields.get("id", "")])), None)

    def save(self, connection: sa.Connection, org_id: str, fields: Fields, author: str, before: Note | None = None) -> Note:
        draft = knowledge.Draft(
            _line(fields, "name", 300),
            _text(fields, "trigger"),
            _text(fields, "body"),
            _line(fields, "pinned_to", 200, needed=False) or None,
            _line(fields, "folder", 200, needed=False) or None,
            fields.get("enabled", "true").strip().casefold() != "false",
        )
        return library.save_note(connection, org_id, draft, author, before.id if before else None)

    def restore(self, connection: sa.Connection, org_id: str, old: Note, author: str) -> Note:
        return self.save(connection, org_id, self.fields_of(old), author, old)

    def remove(self, connection: sa.Connection, org_id: str, entry_id: str) -> Note:
        return library.remove_note(connection, org_id, entry_id)

    def fields_of(self, entry: Note) -> dict[str, str]:
        return {
            "name": entry.name,
            "trigger": entry.trigger,
            "pinned_to": entry.pinned_to or "",
            "folder": entry.folder or "",
            "enabled": "" if entry.enabled else "false",
            "body": entry.body,
        }

    def named(self, sheet: Sheet, file_name: str) -> dict[str, str]:
        return {**sheet.head, "name": sheet.title(file_name), "body": sheet.body}

    def sheet(self, entry: Note) -> str:
        fields = self.fields_of(entry)
        return write_sheet({"id": entry.id, **{name: fields[name] or None for name in self.fields}}, entry.body)


PLAYBOOKS, NOTES = PlaybookShelf(), NoteShelf()


def count_changes(diff: str) -> tuple[int, int]:
    """Lines that a diff adds and removes."""
    lines = diff.splitlines()[2:]
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def _line(fields: Fields, name: str, longest: int, *, needed: bool = True) -> str:
    value = " ".join(fields.get(name, "").split())
    _refuse(name, value, longest, needed=needed)
    return value


def _text(fields: Fields, name: str) -> str:
    """Browsers send CR LF at the end of a line, whatever they were given."""
    value = fields.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse(name, value, LARGEST_FILE, needed=True)
    return value + "\n" if name == "body" else value


def _refuse(name: str, value: str, longest: int, *, needed: bool) -> None:
    words = name.replace("_", " ")
    if needed and not value:
        raise BadInput(f"The {words} is empty.", remedy=f"Write a {words}.")
    if len(value) > longest:
        raise BadInput(f"The {words} is longer than {longest} characters.", remedy="Make it shorter.")
    if "\0" in value:
        raise BadInput(f"The {words} holds the character NUL.", remedy="Take it out.")
