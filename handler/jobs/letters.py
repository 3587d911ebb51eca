"""What becomes of messages that were received too often (the dead-letter queues).

Those about a job are dropped: its row is in the due index, and the clock sends another. A message
that nobody can read becomes a dead job, which operators see and may send again.
"""

import json
from collections.abc import Iterable
from typing import Any

from handler.core import clock, log, metrics
from handler.core.ids import derived_id
from handler.jobs import gateway, transitions
from handler.jobs.entries import Message, When, entry, put
from handler.jobs.indexes import buried
from handler.jobs.models import raw
from handler.jobs.schemas import PoisonMessage
from handler.jobs.states import State

_UNREADABLE = "unreadable"
_DEAD = "-dead"


def bury(records: Iterable[Any]) -> list[str]:
    """Take dead letters. Returns the ids of those that are none of SQS's. Raises Unavailable."""
    strange: list[str] = []
    for record in records:
        try:
            id_, body = str(record["messageId"]), str(record["body"])
            queue = gateway.queue_of(str(record["eventSourceARN"])).removesuffix(_DEAD)
            sent = int(record["attributes"]["SentTimestamp"]) / 1000
        except (ArithmeticError, LookupError, TypeError, ValueError):
            strange.append(record.get("messageId", "") if isinstance(record, dict) else "")
            continue
        if not _is_hint(body):
            _keep(derived_id(sent, id_), queue, body)
    return [id_ for id_ in strange if id_]


def _is_hint(body: str) -> bool:
    try:
        return gateway.is_hint(json.loads(body))
    except (RecursionError, ValueError):
        return False


def _keep(id_: str, queue: str, body: str) -> None:
    """Write a message down as a dead job; its id follows from the message's."""
    now = clock.epoch()
    message = Message.of(PoisonMessage(queue=queue, body=body))
    made = entry(message, When.after(0), job_id=id_)
    for name in ("shelf", "wake"):
        del made.item[name]
    made.item |= raw(
        state=State.DEAD,
        ended=now,
        expires_at=now + transitions.KEPT[State.DEAD],
        error=_UNREADABLE,
        message="No worker could read this message.",
        **buried(id_, message.name, _UNREADABLE, now),
    )
    if put(made):
        metrics.count(jobs_dead=1)
    log.line(level="error", metric="jobs_dead", job=message.name, id=id_, error=_UNREADABLE)
