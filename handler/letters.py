"""The door of dead letters: messages that were received too often -> the list of dead jobs."""

from typing import Any

from handler.core import aws, log, metrics
from handler.core.starting import started
from handler.jobs import jobs


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Take dead letters, and answer which of them could not be taken. Raises Unavailable."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list):
        log.line(level="error", metric="event_unknown")
        return {"batchItemFailures": []}
    with aws.deadline(context):
        left = jobs.bury(records)
        metrics.flush(unfinished=True)
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in left]}


started()
