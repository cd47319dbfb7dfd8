"""The durable engine (DBOS) in one worker process: where its checkpoints live, how it starts, and how work is taken over."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from dbos import DBOS, DBOSConfig, EnqueueOptions

from paramedic.store.sessions import Turn

QUEUE = "sessions"
APPLICATION = "paramedic"

_VERSION = "2"
"""Kept by all releases whose stages can go on from each other's checkpoints; another one leaves old sessions waiting."""


@dataclass(frozen=True, slots=True)
class Known:
    """``over`` when the engine will not run it again; ``executor`` is the worker that runs it now."""

    over: bool
    executor: str | None


def launch(database_url: str, worker_id: str, concurrency: int) -> None:
    """Start the engine; ``triage`` must have been imported before. Raises what the database raises."""
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": database_url,
        "executor_id": worker_id,
        "application_version": _VERSION,
        "log_level": "WARNING",
        "console_log_level": "WARNING",
        "sys_db_pool_size": 5,
        "run_migrations": True,
    }
    DBOS(config=config)
    logging.getLogger("dbos").setLevel(logging.WARNING)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=concurrency, polling_interval_sec=0.5, on_conflict="always_update")


def stop(grace_seconds: int) -> None:
    """Let running stages finish within ``grace_seconds``; what does not is gone on with by the next worker."""
    DBOS.destroy(workflow_completion_timeout_sec=grace_seconds)


def workflow_of(turn: Turn) -> str:
    """Each turn of a session is a workflow of its own, of the name of the session's kind; the first has the session's id."""
    return turn.session_id if turn.number == 0 else f"{turn.session_id}.{turn.number}"


def enqueue(turn: Turn) -> None:
    """Queue the turn's workflow. Doing it twice is doing it once."""
    options: EnqueueOptions = {
        "workflow_name": turn.kind,
        "queue_name": QUEUE,
        "workflow_id": workflow_of(turn),
        "app_version": _VERSION,
    }
    DBOS.enqueue_workflow_with_options(options, turn.session_id)


def resume_work_of(dead_worker: str) -> tuple[str, ...]:
    """Put back into the queue what a dead worker had begun; returns the workflows."""
    begun = DBOS.list_workflows(status="PENDING", executor_id=dead_worker, load_input=False, load_output=False)
    return resume(tuple(workflow.workflow_id for workflow in begun))


def resume(workflows: tuple[str, ...]) -> tuple[str, ...]:
    """Queue them again; each goes on after its last finished stage."""
    if workflows:
        DBOS.resume_workflows(list(workflows), queue_name=QUEUE)
    return workflows


def find(workflow: str) -> Known | None:
    """What the engine knows of a workflow; None when it never heard of it."""
    status = DBOS.get_workflow_status(workflow)
    if status is None:
        return None
    executor = status.executor_id if status.status == "PENDING" else None
    return Known(status.status not in ("PENDING", "ENQUEUED", "DELAYED"), executor)
