"""Bodies as clients send them. A field that is not known is ignored and noted; one of the wrong kind is refused with 422."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from paramedic.agent.structured import wrong_schema
from paramedic.store import knowledge, playbooks

MOST_TAGS = 50
LONGEST_PROMPT = 400_000
LARGEST_SCHEMA_BYTES = 65_536
MACRO = r"^![A-Za-z0-9_-]+$"
CRON = r"^\s*[0-9A-Za-z*/,?#-]+(\s+[0-9A-Za-z*/,?#-]+){4}\s*$"
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
    if wrong := wrong_schema(value):
        raise ValueError(f"the schema is not right: {wrong}")
    return value


Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_storable)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PROMPT), AfterValidator(_storable)]
Tags = Annotated[list[Short], Field(max_length=MOST_TAGS)]
Names = Annotated[list[Line], Field(max_length=200)]
Addresses = Annotated[list[Annotated[Text, StringConstraints(max_length=2000)]], Field(max_length=100)]
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
    attachment_urls: Addresses | None = None

    def options(self) -> dict[str, Any]:
        return super().options() | ({"attachment_urls": self.attachment_urls} if self.attachment_urls else {})


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
    macro: Annotated[str, StringConstraints(pattern=MACRO, max_length=80)] | None = None
    structured_output_schema: Schema | None = None

    def draft(self) -> playbooks.Draft:
        return playbooks.Draft(self.title, self.body, self.macro, self.structured_output_schema)


class NewNote(Body):
    """v1 calls the trigger ``trigger_description`` and the folder ``parent_folder_id``."""

    name: Line
    body: Long
    trigger: Annotated[Long, Field(validation_alias=AliasChoices("trigger", "trigger_description"))]
    folder_id: Annotated[Short | None, Field(validation_alias=AliasChoices("folder_id", "parent_folder_id"))] = None
    pinned_repo: Short | None = None
    is_enabled: bool = True

    def draft(self) -> knowledge.Draft:
        return knowledge.Draft(self.name, self.trigger, self.body, self.pinned_repo, self.folder_id, self.is_enabled)


class ScheduleFields(Body):
    """What a schedule can be created with or changed to. ``frequency`` is cron with five fields, in UTC."""

    name: Line | None = None
    prompt: Long | None = None
    schedule_type: Literal["recurring", "one_time"] | None = None
    frequency: Annotated[str, StringConstraints(pattern=CRON, max_length=200)] | None = None
    scheduled_at: AwareDatetime | None = None
    interval_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    agent: Literal["devin", "data_analyst", "advanced"] | None = None
    playbook_id: Line | None = None
    notify_on: Literal["always", "failure", "never"] | None = None
    tags: Tags | None = None
    slack_channel_id: Line | None = None
    slack_team_id: Line | None = None
    target_devin_id: Line | None = None
    platform: Line | None = None
    enabled: bool | None = None

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as they are stored."""
        return self.model_dump(mode="json", include=self.model_fields_set & set(ScheduleFields.model_fields))


class NewSchedule(ScheduleFields):
    name: Line
    prompt: Long

    @model_validator(mode="after")
    def _says_when(self) -> NewSchedule:
        one_time = self.schedule_type == "one_time"
        if (self.scheduled_at if one_time else self.frequency) is None:
            raise ValueError("a one_time schedule needs scheduled_at" if one_time else "a recurring schedule needs frequency")
        return self


def moment(seconds: int | None) -> datetime | None:
    """A time from epoch seconds, as the API has them."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
