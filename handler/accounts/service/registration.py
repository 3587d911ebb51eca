"""Opening an account. Whether an address is taken shows only in its mailbox."""

from collections.abc import Sequence
from typing import Any

from handler.accounts import links, passwords
from handler.accounts.links import Link, LinkInvalid
from handler.accounts.models import Account, EmailClaim, link, shelf_of
from handler.accounts.schemas import AddressConfirmed, MailAccount, MailLink, RegistrationIn
from handler.accounts.service.administration import administers, count_administrators
from handler.core import clock, limits
from handler.core.errors import Forbidden, RateLimited, Unprocessable, WriteConflict
from handler.core.limits import Limit
from handler.core.settings import settings
from handler.jobs import Job, Writes, enqueue, transaction
from handler.mail import SendMail

PER_ADDRESS = Limit("register", calls=5, seconds=3600)
MAIL_PER_MINUTE = Limit("mail_minute", calls=1, seconds=60)
MAIL_PER_HOUR = Limit("mail_hour", calls=5, seconds=3600)
_TRIES = 3


class PasswordGuessable(Unprocessable):
    """The password is among those that are tried first."""

    detail = "This password is easy to guess. Take a longer one, of several words."


class RegistrationClosed(Forbidden):
    """This deployment cannot mail, so that no address could be confirmed."""

    detail = "New accounts cannot be opened here yet."


class AddressMoved(Exception):
    """The address got or lost its account just now."""


def register(body: RegistrationIn, source: str) -> None:
    """Open an account and mail the link that confirms its address, or tell that there is one.

    The same work is done either way. Raises RegistrationClosed, PasswordGuessable, RateLimited,
    WriteConflict, Unavailable.
    """
    if settings().production and not settings().mail_from:
        raise RegistrationClosed
    limits.spend(PER_ADDRESS, limits.by_address(source))
    check_password(body.password, body.email, body.full_name or "")
    account = Account(
        email=body.email,
        full_name=body.full_name or "",
        password_hash=passwords.hashed(body.password),
        verified=settings().auto_verify,
    )
    mailed = may_mail(body.email)
    for _ in range(_TRIES):
        try:
            if EmailClaim.owner(body.email) is None:
                open_account(account, *_first_mail(body.email, mailed=mailed))
            else:
                _tell_owner(body.email, mailed=mailed)
        except AddressMoved:
            continue
        return
    raise WriteConflict


def _first_mail(email: str, *, mailed: bool) -> list[Job]:
    return [MailLink(purpose=links.VERIFY, email=email)] if mailed else []


def _tell_owner(email: str, *, mailed: bool) -> None:
    """Mail that there is an account, while there is one: the same kind of write as opening one."""
    with transaction() as writes:
        claimed = EmailClaim.email.exists()
        writes.check(EmailClaim(email), claimed, refused=lambda _: AddressMoved())
        if mailed:
            writes.enqueue(SendMail(template="already_registered", to=email))


def open_account(account: Account, *jobs: Job) -> None:
    """Save a new account, claim its address, count an administrator, and enqueue: all or nothing.

    Raises AddressMoved, Unavailable.
    """
    account.shelf = shelf_of(account.id)
    claim = EmailClaim(account.email, account_id=account.id)
    with transaction() as writes:
        writes.save(claim, EmailClaim.email.does_not_exist(), refused=lambda _: AddressMoved())
        writes.save(account, Account.id.does_not_exist())
        count_administrators(writes, int(administers(account)))
        for job in jobs:
            writes.enqueue(job)


def resend(email: str, source: str) -> None:
    """Mail the confirming link again, if an account waits for it. Raises RateLimited."""
    mail_link(links.VERIFY, email, source)


def mail_link(purpose: str, email: str, source: str) -> None:
    """Have a link mailed to the account of an address, if there is one that it is for.

    Mails are counted by the network address that asks and by the mailbox. Raises RateLimited.
    """
    limits.spend(MAIL_PER_MINUTE, limits.by_address(source))
    limits.spend(MAIL_PER_HOUR, limits.by_address(source))
    if may_mail(email):
        enqueue(MailLink(purpose=purpose, email=email))


def verify(token: str) -> None:
    """Confirm an address by its link. Raises LinkInvalid."""
    actions = [Account.verified.set(True), link(links.VERIFY).remove()]
    used = links.read(token)
    with transaction() as writes:
        spend_link(writes, used, links.VERIFY, actions)
        writes.enqueue(MailAccount(template="welcome", account_id=used.account_id))
        writes.enqueue(AddressConfirmed(account_id=used.account_id))


def spend_link(writes: Writes, used: Link, purpose: str, actions: Sequence[Any]) -> None:
    """Use a link in the transaction that does what it is for, and that ends it.

    Committing raises LinkInvalid.
    """
    holds = (link(purpose, "hash") == used.digest) & (link(purpose, "expires") > clock.epoch())
    counted = [Account.version.add(1), Account.updated_at.set(clock.now())]
    row = Account(used.account_id)
    writes.update(row, [*actions, *counted], holds, refused=lambda _: LinkInvalid())


def check_password(password: str, email: str, full_name: str) -> None:
    """Raise PasswordGuessable for what is tried first, the own names among it."""
    own = [email.partition("@")[0], *full_name.split(), settings().app_name]
    if passwords.is_guessable(password, *own):
        raise PasswordGuessable


def may_mail(email: str) -> bool:
    """Whether an address may get another of the mails that anybody can ask for."""
    try:
        limits.spend(MAIL_PER_MINUTE, email)
        limits.spend(MAIL_PER_HOUR, email)
    except RateLimited:
        return False
    return True
