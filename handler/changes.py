"""The door of changes: streams of tables -> what they mean to whom."""

from typing import Any

from handler.accounts import recognise
from handler.channels import CHANNELS
from handler.core import auth, aws, log, metrics
from handler.core.starting import started
from handler.realtime import jobs as realtime

__all__ = ["CHANNELS", "handle"]


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Tell what a batch of changes means, in their order."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not records:
        log.line(level="error", metric="event_unknown")
        return {"batchItemFailures": []}
    with aws.deadline(context):
        failed = realtime.tell(records)
        metrics.flush()
    return {"batchItemFailures": [{"itemIdentifier": failed}] if failed else []}


auth.use_sessions(recognise)
aws.client("dynamodb")
started()
