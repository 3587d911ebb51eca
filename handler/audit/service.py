"""Writing events down, and reading them again."""

from collections.abc import Sequence

from handler.audit import models
from handler.audit.models import Event
from handler.audit.schemas import EventQuery
from handler.core import clock, lists, log, writes
from handler.core.auth import Caller
from handler.core.errors import Unavailable
from handler.core.lists import Plan, Request
from handler.core.pages import Page
from handler.core.records import RawRow
from handler.core.shards import Span

_KEPT = 400 * 24 * 3600  # seconds (api.md)
_DETAIL = 100  # characters of a detail


def entry(
    action: str, *, actor: str | None = None, subject: str | None = None, **details: str
) -> Event:
    """An event, to be saved in the transaction that it tells of."""
    now = clock.epoch()
    event = Event(
        action=action,
        actor=actor,
        subject=subject,
        details={name: value[:_DETAIL] for name, value in details.items()},
        at=now,
        expires_at=now + _KEPT,
    )
    event.derive()
    return event


def record(
    action: str, *, actor: str | None = None, subject: str | None = None, **details: str
) -> None:
    """Write an event that belongs to no transaction.

    What it tells of has happened, so when it cannot be written it becomes a line of log instead.
    """
    event = entry(action, actor=actor, subject=subject, **details)
    try:
        writes.put(event, Event.id.does_not_exist())
    except Unavailable:
        log.line(level="error", metric="audit_failed", action=action, account=actor or subject)


def list_events(caller: Caller, query: EventQuery) -> Page[Event]:
    """A page of events, newest first. Raises CursorInvalid."""
    asked = (query.actor, query.action, query.subject)
    plan = Plan(_span(query), _events, lambda event: _matches(event, query))
    return lists.read(plan, Request(caller, asked, query.limit, query.cursor))


def _events(rows: Sequence[RawRow]) -> Sequence[Event]:
    return [Event.from_raw_data(row) for row in rows]


def _span(query: EventQuery) -> Span:
    if query.subject:
        return models.of_subject(query.subject)
    if query.actor:
        return models.of_actor(query.actor)
    if query.action:
        return models.of_action(query.action)
    return models.newest()


def _matches(event: Event, query: EventQuery) -> bool:
    return (
        query.actor in (None, event.actor)
        and query.action in (None, event.action)
        and query.subject in (None, event.subject)
    )
