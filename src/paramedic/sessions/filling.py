"""What a triage found, in the form that its caller asked for: by the model, else by the names that the engine knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from paramedic.agent import Case, investigate
from paramedic.agent.structured import fault, scrubbed, wrong_schema
from paramedic.integrations.models.client import open_models
from paramedic.model.errors import NotConfigured
from paramedic.model.repair import TriageResult
from paramedic.sessions.agent import is_cancelled, journal_of, limits_of
from paramedic.sessions.desk import Desk
from paramedic.sessions.document import result_document
from paramedic.sessions.stages import Findings
from paramedic.source.tree import SourceTree
from paramedic.store import effects, playbooks
from paramedic.store.engine import reading

STAGE = "fill"
FIRST_STEP = 90_000
"""Its steps in the journal come after those of the agent."""
_STEPS = 6
_TASK = "The work on this failure is done. Put what was found into the output that is asked for; claims may be left empty."


@dataclass(frozen=True, slots=True)
class Filled:
    """``reason`` says why there is no ``output``."""

    output: Mapping[str, Any] | None
    reason: str = ""


def wanted_form(desk: Desk) -> Mapping[str, Any] | None:
    """The JSON Schema that came with the prompt, else that of its playbook."""
    request = desk.request
    if request is None:
        return None
    asked = request.options.get("structured_output_schema")
    if isinstance(asked, dict) and asked:
        return asked
    if request.playbook_id is None:
        return None
    with reading(desk.house.engine).connect() as connection:
        playbook = next((one for one in playbooks.listed(connection, request.org_id) if one.id == request.playbook_id), None)
    schema = playbook.output_schema if playbook else None
    # Playbooks of before this was checked may hold anything.
    return schema if schema and not wrong_schema(schema) else None


def fill(desk: Desk, schema: Mapping[str, Any], findings: Findings, result: TriageResult) -> Filled:
    """Never raises for what a model did: the engine's own word, or none with the reason, takes the place of it."""
    pull_requests = _pull_requests(desk)
    asked = _asked(desk, schema, findings, result, pull_requests) if desk.house.settings.paramedic_model else Filled(None)
    if asked.output is not None:
        return asked
    known = by_name(schema, result_document(result), pull_requests)
    reason = " ".join(part for part in (asked.reason, known.reason) if part)
    return replace(known, reason=reason) if known.output is None else known


def by_name(schema: Mapping[str, Any], document: Mapping[str, Any], pull_requests: Sequence[str] = ()) -> Filled:
    """The schema's properties that are called as something that the engine found, where that is of the right kind."""
    properties = schema.get("properties")
    names = properties if isinstance(properties, dict) else {}
    known = {_plain(alias): value for aliases, value in _values(document, pull_requests) for alias in aliases}
    output = {name: known[_plain(name)] for name in names if known.get(_plain(name)) is not None and _fits(schema, name, known)}
    if not output:
        return Filled(None, "None of its fields has a name that the engine fills; with a model, any form is filled.")
    output |= {name: None for name in schema.get("required", ()) if name not in output}
    wrong = fault(schema, output)
    return Filled(None, f"The engine alone cannot fill it: {wrong}.") if wrong else Filled(scrubbed(output))


def _fits(schema: Mapping[str, Any], name: str, known: Mapping[str, object]) -> bool:
    definitions = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
    return not fault({**definitions, "properties": {name: schema["properties"][name]}}, {name: known[_plain(name)]})


def _values(document: Mapping[str, Any], pull_requests: Sequence[str]) -> Iterator[tuple[tuple[str, ...], object]]:
    diagnosis, fix, test = (document[part] or {} for part in ("diagnosis", "fix", "reproduction"))
    place = diagnosis.get("location") or {}
    yield ("verdict", "outcome"), document["verdict"]
    yield ("summary", "reason"), document["reason"]
    yield ("root_cause", "cause"), diagnosis.get("summary")
    yield ("category", "cause_category"), diagnosis.get("category")
    yield ("exception", "exception_type", "error_type"), diagnosis.get("exception")
    yield ("file", "path", "file_path"), place.get("file")
    yield ("line", "line_number"), place.get("line")
    yield ("function",), place.get("function")
    yield ("confidence",), diagnosis.get("confidence")
    yield ("evidence",), [fact["text"] for fact in diagnosis.get("evidence", ())]
    yield ("fixed", "is_fixed", "proven"), document["verdict"] == "proven_fix"
    yield ("fix", "patch", "diff"), fix.get("diff")
    yield ("files", "files_changed", "changed_files"), fix.get("files")
    yield ("test", "regression_test"), test.get("source")
    yield ("test_path", "test_file"), test.get("path")
    yield ("pull_request", "pull_request_url", "pr_url"), next(iter(pull_requests), None)
    yield ("pull_requests", "pull_request_urls", "pr_urls"), list(pull_requests)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _asked(
    desk: Desk, schema: Mapping[str, Any], findings: Findings, result: TriageResult, pull_requests: Sequence[str]
) -> Filled:
    config = desk.house.configuration.agent
    try:
        models = open_models(desk.house.settings, config)
    except NotConfigured as error:
        return Filled(None, str(error))
    with _tree(desk, findings) as tree:
        case = Case(
            tree,
            findings.event,
            result,
            task="\n".join((_TASK, *(f"Pull request: {url}" for url in pull_requests))),
            language=config.language,
            event_tokens=config.event_tokens,
            hide_addresses=config.hide_addresses,
            may_edit=False,
            output_schema=schema,
            cancelled=lambda: is_cancelled(desk),
        )
        journal = journal_of(desk, turn=desk.session.turn, first=FIRST_STEP)
        limits = replace(limits_of(config), steps=min(_STEPS, config.steps))
        found = investigate(case, models, journal, limits, lambda line: desk.say(STAGE, line))
    return Filled(found.answer.output) if found.answer and found.answer.output is not None else Filled(None, found.reason)


@contextmanager
def _tree(desk: Desk, findings: Findings) -> Iterator[SourceTree]:
    """The source that was looked at; an empty folder when there was none."""
    if findings.checkout is not None:
        yield desk.tree(findings.checkout)
        return
    with TemporaryDirectory(prefix="paramedic-empty-") as folder:
        yield SourceTree.open(Path(folder), commit="")


def _pull_requests(desk: Desk) -> tuple[str, ...]:
    with reading(desk.house.engine).connect() as connection:
        rows = effects.listed(connection, session_id=desk.session_id, states=("done",))
    return tuple(row.result for row in rows if row.kind == "pull_request" and row.result)
