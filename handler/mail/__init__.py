"""Mails that the application writes: a template each, as text and as HTML, sent through SES."""

from handler.mail.schemas import SendMail
from handler.mail.service import send

__all__ = ["SendMail", "send"]
