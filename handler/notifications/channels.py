"""What is told in channels of jobs and of notifications, as the streams of their tables say it."""

import json
from typing import Any

from handler.jobs import seen
from handler.notifications import models, service
from handler.notifications.schemas import NotificationOut
from handler.realtime import Announcement, Change, follow


def _of_job(change: Change) -> list[Announcement]:
    """What its owner is shown of a job has changed; an end is also a notification."""
    old, new = seen(change.old), seen(change.new)
    if new is None or (old is not None and old.shown == new.shown):
        return []
    if new.state.ended and not (old is not None and old.state.ended):
        service.tell_end(new)
    return [
        Announcement(channel, "job.changed", new.shown, change.id)
        for channel in (f"job:{new.id}", f"me:{new.owner}")
    ]


def _of_notification(change: Change) -> list[Announcement]:
    """A new one, where its account wants that kind live."""
    new = change.new
    if change.old is not None or new is None or models.is_mark(new["owner_id"]):
        return []
    if not new["pushed"]:
        return []
    data = _shown(new)
    return [Announcement(f"me:{new['owner_id']}", "notification.created", data, new["id"])]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    made = models.Notification(**{**row, "data": json.loads(row["data"])})
    return NotificationOut.model_validate(made).model_dump(mode="json")


follow("jobs", _of_job)
follow("notifications", _of_notification)
