"""What was written down of an account, for its owner to take away."""

from typing import Any

from handler.audit import models
from handler.audit.models import Event
from handler.audit.schemas import EventOut
from handler.core.records import RawRow
from handler.core.shards import Span

_PAGE = 500  # rows of a read

Page = tuple[list[dict[str, Any]], str | None]


def page_of_actor(account_id: str, after: str | None) -> Page:
    """Some of what an account did, newest first, and where it stopped: one call."""
    return _page(models.of_actor(account_id), account_id, after)


def page_of_subject(account_id: str, after: str | None) -> Page:
    """The same of what others did to it."""
    return _page(models.of_subject(account_id), account_id, after, but=account_id)


def _page(span: Span, account_id: str, after: str | None, *, but: str | None = None) -> Page:
    rows, last = span.query(account_id, after, _PAGE)
    events = [event for event in map(_event, rows) if but is None or event.actor != but]
    return [EventOut.model_validate(event).model_dump(mode="json") for event in events], last


def _event(row: RawRow) -> Event:
    return Event.from_raw_data(row)
