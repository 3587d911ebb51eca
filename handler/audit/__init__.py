"""Who did what: security events and administrative actions, kept for 400 days."""

from handler.audit.service import entry, record

__all__ = ["entry", "record"]
