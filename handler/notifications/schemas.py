"""What crosses a wire: notifications as moderators send them and accounts get them, and jobs."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import Id, In, Line, Out, Prose, Query
from handler.jobs import Job
from handler.notifications.kinds import COUNTED, Channel


def _distinct(names: list[Channel]) -> list[Channel]:
    return list(dict.fromkeys(names))


class NotificationIn(In):
    """A message to an account, by its address or its id."""

    to: Annotated[Line, Field(max_length=254, examples=["ann@example.org"])]
    subject: Annotated[Line, Field(max_length=150)]
    message: Annotated[Prose, Field(max_length=4000)] = ""
    channels: Annotated[
        list[Annotated[Channel, Field(strict=False)]],
        Field(min_length=1, max_length=len(Channel)),
        AfterValidator(_distinct),
    ] = list(Channel)


class NotificationQuery(Query):
    """Which page of the own notifications to list."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str | None, Field(max_length=600)] = None


class SentOut(Out):
    """A message that was sent, and by which channels: its account may have switched some off."""

    id: Id
    channels: list[Channel]


class NotificationOut(Out):
    """What an account was told."""

    id: Id
    kind: str = Field(description="As preferences call it: `mail.<kind>`, `push.<kind>`.")
    subject: str
    message: str
    data: dict[str, Any] = Field(description="What it is about, for programs.")
    read: bool
    created_at: datetime


Unread = Annotated[
    int,
    Field(le=COUNTED, description=f"At most {COUNTED}: then there are so many, or more."),
]


class NotificationPageOut(Out):
    """A page of notifications, and how many are unread."""

    items: list[NotificationOut]
    next: str | None
    unread: Unread


class UnreadOut(Out):
    """How many notifications are unread by now."""

    unread: Unread


class MailNotification(Job, name="notifications.mail", attempts=12):
    """Mail a notification to the address that its account has by then."""

    owner_id: str
    notification_id: str


class ReadAll(Job, name="notifications.read_all", queue="slow", timeout=800):
    """Read what an account has left unread up to a notification, where that is much."""

    owner_id: str
    until: str
