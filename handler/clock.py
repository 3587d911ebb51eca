"""The clock's door: once a minute -> jobs that are due, and those of the calendar."""

from dataclasses import asdict
from typing import Any

from handler.core import aws, log, metrics
from handler.core.errors import Unavailable
from handler.core.starting import started
from handler.jobs import jobs
from handler.roster import JOBS

__all__ = ["JOBS", "handle"]


def handle(_event: Any, context: Any) -> dict[str, int]:
    """Tick. Raises Unavailable when DynamoDB does not answer: the next minute does the same."""
    with aws.deadline(context):
        try:
            done = asdict(jobs.tick())
        except Unavailable:
            log.line(level="error", metric="tick_failed")
            raise
        log.line(metric="tick", **done)
        metrics.flush()
        return done


started()
