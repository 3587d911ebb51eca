"""What an account was told, for its owner to take away."""

from typing import Any

from handler.notifications import models
from handler.notifications.models import Notification
from handler.notifications.schemas import NotificationOut

_PAGE = 100  # rows of a batch read


def page_held(account_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Some of an account's notifications, newest first, and where they stopped: two calls."""
    rows, last = models.of_owner(account_id).query(account_id, after, _PAGE)
    found = [Notification.from_raw_data(row) for row in rows]
    models.tell_read(found)
    return [NotificationOut.model_validate(one).model_dump(mode="json") for one in found], last
