"""Opening an account. Whether an address is taken shows only in its mailbox."""

from collections.abc import Sequence
from typing import Any

from handler import mail
from handler.accounts import links, passwords
from handler.accounts.links import LinkInvalid
from handler.accounts.models import Account, EmailClaim, link, shelf_of
from handler.accounts.schemas import RegistrationIn
from handler.accounts.service.administration import administers, count_administrators
from handler.core import clock, limits
from handler.core.errors import Forbidden, RateLimited, Unprocessable
from handler.core.limits import Limit
from handler.core.settings import settings
from handler.core.transactions import transaction
from handler.core.writes import Refused, update

PER_ADDRESS = Limit("register", calls=5, seconds=3600)
MAIL_PER_MINUTE = Limit("mail_minute", calls=1, seconds=60)
MAIL_PER_HOUR = Limit("mail_hour", calls=5, seconds=3600)


class PasswordGuessable(Unprocessable):
    """The password is among those that are tried first."""

    detail = "This password is easy to guess. Take a longer one, of several words."


class RegistrationClosed(Forbidden):
    """This deployment cannot mail, so that no address could be confirmed."""

    detail = "New accounts cannot be opened here yet."


class AddressTaken(Exception):
    """The address has an account. Its mailbox may be told, whoever registers is not."""


def register(body: RegistrationIn, source: str) -> None:
    """Open an account and mail the link that confirms its address, or tell that there is one.

    The same work is done either way. Raises RegistrationClosed, PasswordGuessable, RateLimited,
    Unavailable.
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
    invitation = links.new(account.id)
    account.links = {links.VERIFY: invitation.stored(links.VERIFY)}
    try:
        open_account(account)
    except AddressTaken:
        _post("already_registered", body.email)
    else:
        _post("verify", body.email, token=invitation.written())


def open_account(account: Account) -> None:
    """Save a new account, claim its address and count an administrator: all or nothing.

    Raises AddressTaken, Unavailable.
    """
    account.shelf = shelf_of(account.id)
    claim = EmailClaim(account.email, account_id=account.id)
    with transaction() as writes:
        writes.save(claim, EmailClaim.email.does_not_exist(), refused=lambda _: AddressTaken())
        writes.save(account, Account.id.does_not_exist())
        count_administrators(writes, int(administers(account)))


def resend(email: str, source: str) -> None:
    """Mail the confirming link again, if an account waits for it. Raises RateLimited."""
    mail_link(links.VERIFY, email, source, Account.verified == False)  # noqa: E712 - a condition


def mail_link(purpose: str, email: str, source: str, holds: Any = None) -> None:
    """Mail a link to the account of an address for which this condition holds, and to no other.

    Mails are counted by the network address that asks and by the mailbox. Raises RateLimited.
    """
    count_mails(source)
    if not may_mail(email):
        return
    invitation = links.new(EmailClaim.owner(email) or "nobody")
    action = link(purpose).set(invitation.stored(purpose))
    owned = Account.email == email
    condition = owned if holds is None else owned & holds
    try:
        row = update(Account, invitation.account_id, [action], condition, counted=False)
    except Refused:
        return
    mail.send(purpose, row.email, token=invitation.written())


def verify(token: str) -> None:
    """Confirm an address by its link. Raises LinkInvalid."""
    actions = [Account.verified.set(True), link(links.VERIFY).remove()]
    account = spend_link(token, links.VERIFY, actions)
    mail.send("welcome", account.email)


def spend_link(token: str, purpose: str, actions: Sequence[Any]) -> Account:
    """Use a link in the update that does what it is for, and that ends it. Raises LinkInvalid."""
    used = links.read(token)
    holds = (link(purpose, "hash") == used.digest) & (link(purpose, "expires") > clock.epoch())
    try:
        return update(Account, used.account_id, actions, holds)
    except Refused as refused:
        raise LinkInvalid from refused


def check_password(password: str, email: str, full_name: str) -> None:
    """Raise PasswordGuessable for what is tried first, the own names among it."""
    own = [email.partition("@")[0], *full_name.split(), settings().app_name]
    if passwords.is_guessable(password, *own):
        raise PasswordGuessable


def count_mails(source: str) -> None:
    """Count a request for a mail by the network address it came from. Raises RateLimited."""
    limits.spend(MAIL_PER_MINUTE, limits.by_address(source))
    limits.spend(MAIL_PER_HOUR, limits.by_address(source))


def may_mail(email: str) -> bool:
    """Whether an address may get another of the mails that anybody can ask for."""
    try:
        limits.spend(MAIL_PER_MINUTE, email)
        limits.spend(MAIL_PER_HOUR, email)
    except RateLimited:
        return False
    return True


def _post(template: str, email: str, **values: str) -> None:
    if may_mail(email):
        mail.send(template, email, **values)
