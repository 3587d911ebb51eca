"""The workers' door: SQS -> jobs. It answers which messages of a batch are to come again."""

from typing import Any

from handler.accounts import recognise
from handler.channels import CHANNELS
from handler.core import auth, aws, log, metrics
from handler.core.starting import started
from handler.jobs import jobs
from handler.roster import JOBS

__all__ = ["CHANNELS", "JOBS", "handle"]


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Do what a batch of messages hints at. Never raises: what it cannot do comes again."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list):
        log.line(level="error", metric="event_unknown")
        return {"batchItemFailures": []}
    try:
        with aws.deadline(context):
            left = jobs.work(records, context)
            metrics.flush()
    except Exception as error:  # noqa: BLE001 - a door answers everything
        log.fault(error)
        left = [one["messageId"] for one in records if isinstance(one, dict) and "messageId" in one]
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in left]}


auth.use_sessions(recognise)
aws.client("dynamodb")
started()
