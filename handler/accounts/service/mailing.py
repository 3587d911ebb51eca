"""Mails to accounts, as their jobs send them.

One-time links are made here, when they are mailed: no row holds a token, and whoever asked for a
link learns nothing from how long the asking took. A mail that is sent again, since its end was not
recorded, carries a new link, and the one before does not hold any more.
"""

from typing import Any

from handler import mail
from handler.accounts import links
from handler.accounts.models import Account, EmailClaim, link
from handler.accounts.schemas import MailAccount, MailLink
from handler.core.writes import Refused, update

_NOBODY = "nobody"  # no account has this id


def mail_link(job: MailLink) -> None:
    """Make a link and mail it, if the account still waits for one. Raises Unavailable."""
    if job.purpose == links.EMAIL and EmailClaim.owner(job.email):
        mail.send("already_registered", job.email)
        return
    account_id = job.account_id or EmailClaim.owner(job.email) or _NOBODY
    invitation = links.new(account_id)
    stored = invitation.stored(job.purpose, **_moving(job))
    try:
        update(Account, account_id, [link(job.purpose).set(stored)], _waits(job), counted=False)
    except Refused:
        return
    template = "confirm_email" if job.purpose == links.EMAIL else job.purpose
    mail.send(template, job.email, token=invitation.written())


def _moving(job: MailLink) -> dict[str, str]:
    return {"to": job.email, "request": job.request} if job.purpose == links.EMAIL else {}


def _waits(job: MailLink) -> Any:
    """The condition under which an account gets such a link."""
    if job.purpose == links.EMAIL:
        return link(links.EMAIL, "request") == job.request
    owned = Account.email == job.email
    if job.purpose == links.VERIFY:
        return owned & (Account.verified == False)  # noqa: E712 - a condition
    return owned


def mail_account(job: MailAccount) -> None:
    """Mail to an account; one that is closed meanwhile gets nothing. Raises Unavailable."""
    account = Account.find(job.account_id)
    if account is not None:
        mail.send(job.template, account.email)
