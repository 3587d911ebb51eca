"""Calls about the deployment itself: whether it lives, whether it is ready, what it is."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AwareDatetime

from handler.core import metrics, records
from handler.core.http import Admin, Router
from handler.core.schemas import Out
from handler.core.settings import settings

VERSION = "0.1.0"
"""The release, as in pyproject.toml (a test compares)."""

router = Router(tags=["system"])

Counted = Literal[
    "requests",
    "milliseconds",
    "refusals",
    "faults",
    "sign_ins",
    "sign_in_failures",
    "lockouts",
    "jobs_enqueued",
    "jobs_succeeded",
    "jobs_retried",
    "jobs_dead",
    "jobs_cancelled",
    "sockets_opened",
    "sockets_ended",
    "frames",
    "posts",
]
"""What is counted: requests, their time in all, 4xx and 5xx answers, and what rooms count."""

From = Annotated[AwareDatetime, Query(alias="from")]
To = Annotated[AwareDatetime, Query(alias="to")]


class HealthOut(Out):
    """Alive."""

    status: str


class PointOut(Out):
    """The sum of a counter in the bucket that begins then."""

    at: datetime
    value: int


class SeriesOut(Out):
    """A counter over time. Buckets in which nothing was counted are left out."""

    name: str
    step: str
    items: list[PointOut]


class CountersOut(Out):
    """What was counted in the bucket that begins then; counters that stayed at 0 are left out."""

    at: datetime
    counters: dict[str, int]


class AllSeriesOut(Out):
    """All counters over time. Buckets in which nothing was counted are left out."""

    step: str
    items: list[CountersOut]


class InfoOut(Out):
    """What this deployment is."""

    name: str
    version: str
    stage: str
    admin_email: str


@router.get("/health", response_model=HealthOut)
def get_health() -> dict[str, str]:
    """Whether the function answers; touches nothing else."""
    return {"status": "ok"}


@router.get("/health/ready", response_model=HealthOut)
def get_readiness() -> dict[str, str]:
    """Whether the database answers; 503 when it does not."""
    records.probe()
    return {"status": "ok"}


@router.get("/admin/metrics", response_model=SeriesOut)
def get_metrics(
    _caller: Admin,
    name: Annotated[Counted, Query(description="Which counter.")],
    start: From,
    end: To,
    step: metrics.Step = "hour",
) -> dict[str, Any]:
    """Read a counter over time: a day by minutes, 31 days by hours, 400 days by days."""
    points = metrics.series(name, step, start.astimezone(UTC), end.astimezone(UTC))
    return {"name": name, "step": step, "items": points}


@router.get("/admin/counters", response_model=AllSeriesOut)
def get_counters(
    _caller: Admin, start: From, end: To, step: metrics.Step = "hour"
) -> dict[str, Any]:
    """Read all counters over time at once: as far as one of them."""
    counted = metrics.all_series(None, step, start.astimezone(UTC), end.astimezone(UTC))
    return {"step": step, "items": [{"at": at, "counters": of} for at, of in counted]}


@router.get("/info", response_model=InfoOut)
def get_info() -> dict[str, str]:
    """The application's name, release and stage, and whom to write to."""
    here = settings()
    return {
        "name": here.app_name,
        "version": VERSION,
        "stage": here.stage,
        "admin_email": here.admin_email,
    }
