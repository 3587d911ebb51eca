"""The audit log over HTTP."""

from typing import Annotated

from fastapi import Query

from handler.audit import service
from handler.audit.models import Event
from handler.audit.schemas import EventPageOut, EventQuery
from handler.core.http import Admin, Router, raises
from handler.core.pages import CursorInvalid, Page

router = Router(prefix="/admin/audit", tags=["administration"])


@router.get("", response_model=EventPageOut)
@raises(CursorInvalid)
def list_events(caller: Admin, query: Annotated[EventQuery, Query()]) -> Page[Event]:
    """List security events and administrative actions, newest first."""
    return service.list_events(caller, query)
