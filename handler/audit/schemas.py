"""What crosses a wire of the audit log."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import Id, Out, Query

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class EventQuery(Query):
    """Which events to list."""

    actor: Name | None = None
    action: Name | None = None
    subject: Name | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str | None, Field(max_length=600)] = None


class EventOut(Out):
    """One event."""

    id: Id
    at: datetime
    action: str
    actor: str | None
    subject: str | None
    details: dict[str, str]


class EventPageOut(Out):
    """A page of events."""

    items: list[EventOut]
    next: str | None
