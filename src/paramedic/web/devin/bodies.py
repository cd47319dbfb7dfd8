"""Bodies as clients send them. A field that is not known is ignored and noted; one of the wrong kind is refused with 422."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

MOST_TAGS = 50
LONGEST_PROMPT = 400_000
LARGEST_SCHEMA_BYTES = 65_536
CALLERS_NAME = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,179}$"


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text must not hold the character NUL")
    return text


def _schema(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json.dumps(value, allow_nan=False))
    except (ValueError, RecursionError) as error:
        raise ValueError("the schema is no JSON that can be kept") from error
    if size > LARGEST_SCHEMA_BYTES:
        raise ValueError(f"the schema is larger than {LARGEST_SCHEMA_BYTES} bytes")
    return value


Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_storable)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PROMPT), AfterValidator(_storable)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]
Names = Annotated[list[Line], Field(max_length=200)]
Schema = Annotated[dict[str, Any], AfterValidator(_schema)]


class Body(BaseModel):
    """Keeps the names of fields that are not known."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple("".join(c if c.isprintable() else "?" for c in name)[:80] for name in self.model_extra or {})


class NewSession(Body):
    """What v3 and v1 have in common. Those in ``without_effect`` are understood, and nothing here follows from them."""

    prompt: Long
    title: Line | None = None
    tags: Tags | None = None
    playbook_id: Line | None = None
    knowledge_ids: Names | None = None
    repos: Names | None = None
    max_acu_limit: Annotated[float, Field(gt=0, le=1e9)] | None = None
    structured_output_schema: Schema | None = None

    def options(self) -> dict[str, Any]:
        """The fields that have an effect beyond the request itself."""
        names = ("knowledge_ids", "repos", "max_acu_limit", "structured_output_schema")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class NewSessionV3(NewSession):
    structured_output_required: bool | None = None
    create_as_user_id: Line | None = None


class NewSessionV1(NewSession):
    idempotent: bool | None = None


class NewMessage(Body):
    message: Long
    message_as_user_id: Line | None = None


class NewTags(Body):
    tags: Tags


class NewPlaybook(Body):
    title: Line
    body: Long
    macro: Annotated[str, StringConstraints(pattern=r"^![A-Za-z0-9_-]+$", max_length=80)] | None = None
    structured_output_schema: Schema | None = None


class NewNote(Body):
    """v1 calls the trigger ``trigger_description`` and the folder ``parent_folder_id``."""

    name: Line
    body: Long
    trigger: Annotated[Long, Field(validation_alias=AliasChoices("trigger", "trigger_description"))]
    folder_id: Annotated[Line | None, Field(validation_alias=AliasChoices("folder_id", "parent_folder_id"))] = None
    pinned_repo: Line | None = None
    is_enabled: bool = True


def moment(seconds: int | None) -> datetime | None:
    """A time from epoch seconds, as the API has them."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
