"""One's own account: profile, password, address, and closing it."""

import secrets
from typing import Any

from handler import audit
from handler.accounts import links, lockout, passwords
from handler.accounts.links import Link
from handler.accounts.models import Account, EmailClaim, link, session, sessions_are
from handler.accounts.schemas import (
    EmailChangeIn,
    MailLink,
    PasswordChangeIn,
    ProfilePatch,
)
from handler.accounts.service.administration import AccountNotFound, close, get_account
from handler.accounts.service.registration import (
    check_password,
    mail_link,
    may_mail,
    spend_link,
)
from handler.core import clock
from handler.core.auth import Caller
from handler.core.errors import (
    Conflict,
    Forbidden,
    Unauthenticated,
    VersionConflict,
    WriteConflict,
)
from handler.core.records import Versions
from handler.core.settings import settings
from handler.core.writes import Refused, update
from handler.jobs import transaction
from handler.mail import SendMail
from handler.realtime import end_sockets

_TRIES = 5


class PasswordWrong(Forbidden):
    """The password that was typed again is not the account's."""

    detail = "The password is wrong."


class EmailTaken(Conflict):
    """The address belongs to another account by now."""

    detail = "This address belongs to another account."


def get_profile(caller: Caller) -> Account:
    """The caller's account."""
    return get_account(caller.id)


def patch_profile(caller: Caller, body: ProfilePatch, expected: Versions) -> Account:
    """Change some of the profile in one call. Raises VersionConflict."""
    fields = body.model_dump(include=body.model_fields_set)
    actions = [getattr(Account, name).set(value) for name, value in fields.items()]
    condition = None if expected is None else Account.version.is_in(*expected or (0,))
    try:
        return update(Account, caller.id, actions, condition)
    except Refused as refused:
        raise (VersionConflict if refused.row else AccountNotFound) from refused


def change_password(caller: Caller, body: PasswordChangeIn) -> None:
    """Set a new password; other sessions and open links end, and a notice is mailed.

    Raises PasswordWrong, PasswordGuessable, WriteConflict.
    """
    account = get_account(caller.id)
    _prove(account, body.current)
    check_password(body.new, account.email, account.full_name)
    new_hash, proved = passwords.hashed(body.new), account.password_hash
    for _ in range(_TRIES):
        try:
            _set_password(caller, account, new_hash)
        except _Moved as moved:
            account = moved.account
            if account.password_hash != proved:
                raise PasswordWrong from moved
            continue
        end_sockets(caller.id, but=caller.session_id)
        return
    raise WriteConflict


def _prove(account: Account, password: str) -> None:
    """Check the password once more; failures count as those of signing in. Raises PasswordWrong."""
    try:
        lockout.attempt(account.email)
    except Unauthenticated as waiting:
        raise PasswordWrong from waiting
    if not passwords.verified(password, account.password_hash):
        raise PasswordWrong
    lockout.succeeded(account.email)


def _set_password(caller: Caller, account: Account, new_hash: str) -> None:
    """Replace the hash that was proved, and end all sessions but the caller's, also newer ones."""
    known = account.open_sessions.keys()
    actions = [
        Account.password_hash.set(new_hash),
        Account.links.set({}),
        *(session(id_).remove() for id_ in known - {caller.session_id}),
    ]
    same = (Account.password_hash == account.password_hash) & sessions_are(known)
    with transaction() as writes:
        writes.update(account, actions, same, refused=_moved)
        writes.enqueue(SendMail(template="password_changed", to=account.email))
        event = audit.entry("account.password_changed", actor=caller.id, subject=caller.id)
        writes.save(event)


class _Moved(Exception):
    """The account changed between reading and writing; tried again."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account


def _moved(row: Account | None) -> Exception:
    return _Moved(row) if row else AccountNotFound()


def request_email(caller: Caller, body: EmailChangeIn) -> None:
    """Mail a link to a new address, which confirms it. Raises PasswordWrong.

    Whether the address is taken shows only in its mailbox.
    """
    _prove(get_account(caller.id), body.password)
    if not may_mail(body.email):
        return
    request = secrets.token_hex(8)
    order = MailLink(purpose=links.EMAIL, email=body.email, account_id=caller.id, request=request)
    awaited = {"request": request, "to": body.email}
    with transaction() as writes:
        exists = Account.id.exists()
        action = link(links.EMAIL).set(awaited)
        writes.update(Account(caller.id), [action], exists, lambda _: AccountNotFound())
        writes.enqueue(order)


def confirm_email(token: str) -> None:
    """Move the account to the address that its link was mailed to, and tell the old one.

    The address, its claim and the link change together. Raises LinkInvalid, EmailTaken.
    """
    used = links.read(token)
    account, stored = _invited(used, links.EMAIL)
    new, old = str(stored["to"]), account.email
    holds = (
        (link(links.EMAIL, "hash") == used.digest)
        & (link(links.EMAIL, "expires") > clock.epoch())
        & (Account.email == old)
    )

    def taken(by: EmailClaim) -> Exception:
        return links.LinkInvalid() if by.account_id == account.id else EmailTaken()

    with transaction() as writes:
        claim = EmailClaim(new, account_id=account.id)
        writes.save(claim, EmailClaim.email.does_not_exist(), refused=taken)
        writes.delete(EmailClaim(old), EmailClaim.account_id == account.id)
        changes = _moved_to(new)
        writes.update(account, changes, holds, refused=lambda _: links.LinkInvalid())
        writes.save(audit.entry("account.email_changed", actor=account.id, subject=account.id))
        told = {"new_email": new, "admin_email": settings().admin_email}
        writes.enqueue(SendMail(template="email_changed", to=old, values=told))


def _moved_to(email: str) -> list[Any]:
    return [
        Account.email.set(email),
        Account.verified.set(True),
        Account.links.set({}),
        Account.version.add(1),
    ]


def _invited(used: Link, purpose: str) -> tuple[Account, dict[str, Any]]:
    """The account that a link opens, and what it keeps of the link. Raises LinkInvalid."""
    account = Account.find(used.account_id)
    stored = account.open_links.get(purpose) if account else None
    if account is None or stored is None:
        raise links.LinkInvalid
    if stored.get("hash") != used.digest or stored["expires"] <= clock.epoch():
        raise links.LinkInvalid
    return account, stored


def forget_password(email: str, source: str) -> None:
    """Mail a link that sets a new password, if the address has an account. Raises RateLimited."""
    mail_link(links.RESET, email, source)


def reset_password(token: str, password: str) -> None:
    """Set a new password by its link: every session and every other link ends.

    The link also proves the address. Raises LinkInvalid, PasswordGuessable.
    """
    used = links.read(token)
    account, _ = _invited(used, links.RESET)
    check_password(password, account.email, account.full_name)
    lockout.succeeded(account.email)
    actions = [
        Account.password_hash.set(passwords.hashed(password)),
        Account.sessions.set({}),
        Account.links.set({}),
        Account.verified.set(True),
    ]
    with transaction() as writes:
        spend_link(writes, used, links.RESET, actions)
        writes.save(audit.entry("account.password_reset", subject=account.id))
        writes.enqueue(SendMail(template="password_changed", to=account.email))
    end_sockets(account.id)


def close_account(caller: Caller) -> None:
    """Close the caller's account for good, and tell its address. Raises LastAdministrator."""
    close(caller, caller.id, told=True)
