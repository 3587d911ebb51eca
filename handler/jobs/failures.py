"""What is told of failed attempts: a row beside the job, for people. No job depends on it."""

import json
from typing import Any

from botocore.exceptions import ClientError

from handler.core import clock, log
from handler.core.errors import Unavailable
from handler.core.patience import patiently
from handler.jobs.models import JobRow, key_of, typed
from handler.jobs.transitions import DAY

_PART = "errors"
_KEPT = 100 * DAY  # from the last one on: longer than a dead job is remembered
_ATTRIBUTE = "fence_"  # and the fence of the attempt: written again, it stands there once


def remember(row: JobRow, error: str, message: str) -> None:
    """Add an attempt's error; where that cannot be done, a line of log says so."""
    said = {"attempt": row.attempts, "at": clock.epoch(), "error": error, "message": message}
    change = {
        "TableName": JobRow.Meta.table_name,
        "Key": key_of(row.id, _PART),
        "UpdateExpression": "SET #attempt = :said, #expires_at = :then",
        "ExpressionAttributeNames": {
            "#attempt": f"{_ATTRIBUTE}{row.fence:06}",
            "#expires_at": "expires_at",
        },
        "ExpressionAttributeValues": {
            ":said": typed(json.dumps(said)),
            ":then": typed(clock.epoch() + _KEPT),
        },
    }
    try:
        patiently("UpdateItem", change)
    except (ClientError, Unavailable):
        log.line(level="warning", metric="job_error_unkept", id=row.id, error=error)


def of(job_id: str) -> list[dict[str, Any]]:
    """What is told of a job's failed attempts, the first one first: one call."""
    found = JobRow.raw_one(key_of(job_id, _PART)) or {}
    return [json.loads(found[name]["S"]) for name in sorted(found) if name.startswith(_ATTRIBUTE)]
