"""DynamoDB operations that may meet other writers, and why one was refused."""

import random
import time
from typing import Any

from botocore.exceptions import ClientError

from handler.core import aws
from handler.core.errors import Unavailable

ATTEMPTS = 4
"""One and three repetitions against conflicting writers (threats K6)."""
_PAUSE = 0.02  # seconds, doubled with each attempt, with full jitter
_PAUSE_MAX = 1.0  # seconds: where fifty others want the same row, it takes that long to calm down
_MEETINGS = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def reasons(error: ClientError) -> list[dict[str, Any]]:
    """Why each operation of a cancelled transaction failed, in the order they were given."""
    found: list[dict[str, Any]] = error.response.get("CancellationReasons") or []
    return found


def _condition_failed(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException" or any(
        reason.get("Code") == "ConditionalCheckFailed" for reason in reasons(error)
    )


def _met_others(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in _MEETINGS or any(
        reason.get("Code") in _MEETINGS for reason in reasons(error)
    )


def patiently(
    operation: str, arguments: dict[str, Any], attempts: int = ATTEMPTS
) -> dict[str, Any]:
    """Do a write that may meet other writers; repeat it a few times when it does.

    Raises ClientError when a condition failed, Unavailable when the others never stopped.
    """
    for attempt in range(1, attempts + 1):
        try:
            return aws.call("dynamodb", operation, arguments)
        except ClientError as error:
            if _condition_failed(error) or not _met_others(error):
                raise
        pause(attempt)
    raise Unavailable


def pause(attempt: int) -> None:
    """Wait a moment before the next attempt."""
    longest = min(_PAUSE * 2 ** (attempt - 1), _PAUSE_MAX)
    time.sleep(random.random() * longest)  # noqa: S311 - jitter is no secret


def row_refused(error: ClientError) -> dict[str, Any]:
    """The raw row that a failed condition shows; any other failure is raised again."""
    if not _condition_failed(error):
        raise error
    row: dict[str, Any] = error.response.get("Item") or {}
    return row
