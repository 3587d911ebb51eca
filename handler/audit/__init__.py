"""Who did what: security events and administrative actions, kept for 400 days."""

from handler.audit.holdings import page_of_actor, page_of_subject
from handler.audit.models import Event
from handler.audit.service import entry, record

__all__ = ["Event", "entry", "page_of_actor", "page_of_subject", "record"]
