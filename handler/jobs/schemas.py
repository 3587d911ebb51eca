"""The messages of the job engine itself, and what crosses the wire."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from handler.core.metrics import Step
from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import Id, In, Out, Query
from handler.jobs.definitions import Event, Job
from handler.jobs.states import State


class CancelChildren(Job, name="jobs.cancel_children", queue="slow", timeout=800):
    """Cancel what a cancelled job has spawned: so many children."""

    parent_id: str
    count: int


class RedriveDead(Job, name="jobs.redrive_dead", queue="slow", timeout=800):
    """Redrive the dead of a name and an error (None: of all) that had died by then."""

    job_name: str | None
    error: str | None
    until: int


class PoisonMessage(Job, name="jobs.poison_message"):
    """A message that no worker could read. Redriving it sends it to its queue once more."""

    queue: str
    body: str


class ObjectCreated(Event, name="jobs.object_created"):
    """An object is new in a bucket (its short name); `key` is decoded, `size` in bytes."""

    bucket: str
    key: str
    size: int
    etag: str


JobName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_.]{0,59}$")]
ErrorName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
Cursor = Annotated[str | None, Field(max_length=600)]


class JobQuery(Query):
    """Which of the own jobs to list."""

    state: State | None = None
    name: JobName | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Cursor = None


class AllJobsQuery(Query):
    """Which of all jobs to list: the dead, or open ones, all or those of a state."""

    state: Literal["open", "queued", "running", "retrying", "waiting", "dead"] = "open"
    name: JobName | None = None
    error: Annotated[ErrorName | None, Field(description="The last failure's.")] = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Cursor = None


class StatsQuery(Query):
    """From when to when to count (by default the last day), and by which step."""

    start: Annotated[AwareDatetime | None, Field(alias="from")] = None
    end: Annotated[AwareDatetime | None, Field(alias="to")] = None
    step: Step = "hour"


class RedriveIn(In):
    """Which dead jobs to redrive: of all names or one, of all errors of it or one."""

    name: JobName | None = None
    error: ErrorName | None = None
    dry_run: bool = False


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


class JobOut(Out):
    """A job. `error` and `message` are those of its last failure."""

    id: Id
    name: str
    state: State
    attempts: int
    progress: int | None = Field(
        validation_alias="percent",
        description="Percent: as the job itself says, or of its children while it waits for them.",
    )
    note: str | None
    result: Annotated[Any, BeforeValidator(_parsed)] = Field(
        description="What it returned; a large result is in the answer for this job alone."
    )
    error: str | None
    message: str | None
    cancel_requested: bool = Field(validation_alias="cancel")
    children: int | None = Field(description="How many jobs it has spawned.")
    created_at: datetime = Field(validation_alias="created")
    due_at: datetime = Field(validation_alias="due")
    started_at: datetime | None = Field(validation_alias="started")
    ended_at: datetime | None = Field(validation_alias="ended")


class FailureOut(Out):
    """A failed attempt."""

    attempt: int
    at: datetime
    error: str
    message: str


class JobDetailOut(JobOut):
    """A job with all its failed attempts, the first one first."""

    failures: list[FailureOut]


class AnyJobOut(JobOut):
    """A job as administrators see it. `crashes` counts runs whose process died."""

    owner: str | None
    parent: str | None
    crashes: int


class AnyJobDetailOut(AnyJobOut):
    """A job with its failed attempts and what it was given, as administrators see it."""

    arguments: Annotated[Any, BeforeValidator(_parsed)] = Field(
        description="Null where they are gone with its success, or in a file of their own."
    )
    failures: list[FailureOut]


class JobPageOut(Out):
    """A page of jobs."""

    items: list[JobOut]
    next: str | None


class AllJobsPageOut(Out):
    """A page of anybody's jobs."""

    items: list[AnyJobOut]
    next: str | None


class RedriveOut(Out):
    """How many there are among the first 10,000 dead, and the job that redrives all of them."""

    matched: int
    job: str | None = Field(description="Its id; null for a dry run, and where nothing matched.")


class CountsOut(Out):
    """What became of jobs in the bucket of time that begins then."""

    at: datetime
    enqueued: int
    succeeded: int
    retried: int
    dead: int
    cancelled: int


class StatsOut(Out):
    """Counts of jobs over time. Buckets in which nothing was counted are left out."""

    step: str
    items: list[CountsOut]
