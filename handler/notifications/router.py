"""Notifications over HTTP."""

from typing import Annotated

from fastapi import Path, Query

from handler.core.errors import RateLimited, WriteConflict
from handler.core.http import Moderator, Router, SignedIn, creates, raises
from handler.core.ids import ID_PATTERN
from handler.core.pages import CursorInvalid
from handler.notifications import service
from handler.notifications.models import Notification
from handler.notifications.schemas import (
    NotificationIn,
    NotificationOut,
    NotificationPageOut,
    NotificationQuery,
    SentOut,
    UnreadOut,
)
from handler.notifications.service import Listing, NotificationNotFound, RecipientNotFound, Sent

router = Router(prefix="/notifications", tags=["notifications"])

NotificationId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])]


@router.post("", status_code=201, response_model=SentOut)
@creates("/notifications/{id}")
@raises(RecipientNotFound, RateLimited, WriteConflict)
def create_notification(caller: Moderator, body: NotificationIn) -> Sent:
    """Tell an account something: in its list, by mail and live, each once.

    Its owner alone reads it at `Location`. What the account has switched off is left out.
    """
    return service.send(caller, body)


@router.get("", response_model=NotificationPageOut)
@raises(CursorInvalid)
def list_notifications(caller: SignedIn, query: Annotated[NotificationQuery, Query()]) -> Listing:
    """List what you were told, newest first, and count what you have not read."""
    return service.list_notifications(caller, query)


@router.post("/read-all", response_model=UnreadOut)
@raises(WriteConflict)
def read_all_notifications(caller: SignedIn) -> dict[str, int]:
    """Mark all as read: a hundred at once, and by a job where there are more."""
    service.read_all(caller)
    return {"unread": service.count_unread(caller)}


@router.get("/{notification_id}", response_model=NotificationOut)
@raises(NotificationNotFound)
def get_notification(caller: SignedIn, notification_id: NotificationId) -> Notification:
    """Read one of your notifications; it stays as unread as it is."""
    return service.get_notification(caller, notification_id)


@router.post("/{notification_id}/read", response_model=UnreadOut)
@raises(NotificationNotFound)
def read_notification(caller: SignedIn, notification_id: NotificationId) -> dict[str, int]:
    """Mark one as read."""
    service.read(caller, notification_id)
    return {"unread": service.count_unread(caller)}
