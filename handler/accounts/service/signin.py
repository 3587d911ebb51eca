"""Signing in, staying signed in, signing out: what `/token` and `/logout` do.

Every branch of a sign-in costs one hash computation and answers the same 401, whether the address
is unknown, the password wrong or the account waiting. Only the right password learns more.
"""

from dataclasses import dataclass
from typing import Any

from handler import audit
from handler.accounts import lockout, passwords, sessions, tokens
from handler.accounts.keyring import TOKEN_SECONDS
from handler.accounts.models import Account, EmailClaim, room_for_session, session
from handler.accounts.sessions import GRACE, RefreshToken, begun, is_open, surplus
from handler.core import clock, limits, log, metrics
from handler.core.auth import Caller, Role
from handler.core.errors import Forbidden, Unauthenticated, WriteConflict
from handler.core.ids import new_id
from handler.core.limits import Limit
from handler.core.writes import Refused, update
from handler.realtime import end_sockets

PER_ADDRESS = Limit("login", calls=10, seconds=60)
GUESSES_PER_ADDRESS = Limit("guesses", calls=30, seconds=900)
REFRESHES = Limit("refresh", calls=30, seconds=60, lease=3)  # ten environments at once pass
"""Sign-ins and failures by network address, refreshes by session (parameters.md)."""
_TRIES = 5
_NOBODY = "nobody"  # no account has this id


class CredentialsInvalid(Unauthenticated):
    """No account signs in with this address and password now."""

    detail = "Address or password are wrong, or there were too many attempts."


class EmailUnverified(Forbidden):
    """The password is right; the address is not confirmed yet."""

    detail = "Confirm your address first: follow the link that was mailed to you."


class AccountDisabled(Forbidden):
    """The password is right; an administrator has closed this account's door."""

    detail = "This account is disabled."


@dataclass(frozen=True, slots=True)
class Tokens:
    """A fresh pair."""

    access_token: str
    refresh_token: str
    expires_in: int = TOKEN_SECONDS


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody signs in from: the browser's name for itself, and the network address."""

    agent: str
    address: str


def sign_in(email: str, password: str, device: Device) -> Tokens:
    """Begin a session. Raises CredentialsInvalid, EmailUnverified, AccountDisabled, RateLimited."""
    source = limits.by_address(device.address)
    limits.spend(PER_ADDRESS, source)
    guess = limits.spend(GUESSES_PER_ADDRESS, source)
    account = _find(email)
    try:
        lockout.attempt(email)
    except Unauthenticated as waiting:
        passwords.verified(password, None)
        metrics.count(lockouts=1)
        audit.record("account.locked_out", subject=_id(account), address=device.address)
        raise CredentialsInvalid from waiting
    if not passwords.verified(password, account.password_hash if account else None):
        _tell_failure(account, device)
        raise CredentialsInvalid
    assert account is not None  # noqa: S101 - only an account's hash can be verified
    lockout.succeeded(email)
    limits.give_back(guess, source)
    if account.disabled:
        raise AccountDisabled
    if not account.verified:
        raise EmailUnverified
    return _begin(account, password, device)


def refresh(text: str) -> Tokens:
    """The next pair of a session: one conditional write.

    The token before the last one gets the same next token for a minute; later, or an older one, it
    ends the session. Raises Unauthenticated, RateLimited, Unavailable.
    """
    token = RefreshToken.read(text)
    limits.lease(REFRESHES, token.session_id)
    now, id_ = clock.epoch(), token.session_id
    turn = [session(id_, "counter").set(token.counter + 1), session(id_, "used").set(now)]
    holds = (
        (session(id_, "counter") == token.counter)
        & (session(id_, "used") > now - sessions.IDLE)
        & (session(id_, "created") > now - sessions.ABSOLUTE)
        & (Account.disabled == False)  # noqa: E712 - a condition
    )
    try:
        update(Account, token.account_id, turn, holds, counted=False)
    except Refused as refused:
        _answer_reuse(token, refused.row)
    return Tokens(tokens.issue(token.account_id, id_), token.next().written())


def sign_out(refresh_token: str | None, access_token: str | None) -> None:
    """End the session of a token; also when it has ended before. Raises Unauthenticated."""
    if refresh_token:
        token = RefreshToken.read(refresh_token)
        _end(token.account_id, token.session_id)
    elif access_token is not None:
        access = tokens.read(access_token)
        _end(access.account_id, access.session_id)


def authenticate(token: str) -> Caller:
    """The caller of an access token: one consistent read. Raises Unauthenticated, Unavailable."""
    access = tokens.read(token)
    return recognise(access.account_id, access.session_id)


def recognise(account_id: str, session_id: str) -> Caller:
    """The caller of a session, while it lasts; raises and costs as above."""
    account = Account.find(account_id)
    if account is None or account.disabled:
        raise Unauthenticated
    found = account.open_sessions.get(session_id)
    if found is None or not is_open(found):
        raise Unauthenticated
    return Caller(account.id, Role(account.role), session_id)


def _id(account: Account | None) -> str | None:
    return account.id if account else None


def _find(email: str) -> Account | None:
    """The account of an address: two calls, whether or not there is one."""
    return Account.find(EmailClaim.owner(email) or _NOBODY)


def _tell_failure(account: Account | None, device: Device) -> None:
    metrics.count(sign_in_failures=1)
    audit.record("account.sign_in_failed", subject=_id(account), address=device.address)
    if account and not passwords.usable(account.password_hash):
        log.line(level="error", metric="password_hash_unusable", account=account.id)


def _begin(account: Account, password: str, device: Device) -> Tokens:
    """Add a session to the account's row, in the place of the oldest when there are ten.

    Only while the password holds that was proved: a change of it in between ends this too.
    """
    for _ in range(_TRIES):
        id_, gone = new_id(), surplus(account.open_sessions)
        actions = [session(id_).set(begun(device.agent, device.address))]
        actions += [session(old).remove() for old in gone] + _renewed_hash(account, password)
        holds = (
            (Account.password_hash == account.password_hash)
            & (Account.disabled == False)  # noqa: E712 - a condition
            & room_for_session(sessions.SESSIONS_MAX, gone)
        )
        try:
            update(Account, account.id, actions, holds, counted=False)
        except Refused as refused:
            account = _still_proved(refused.row, account, password)
            continue
        for old in gone:
            end_sockets(account.id, session_id=old)
        metrics.count(sign_ins=1)
        audit.record("account.signed_in", actor=account.id, session=id_, address=device.address)
        return Tokens(tokens.issue(account.id, id_), RefreshToken(account.id, id_, 0).written())
    raise WriteConflict


def _still_proved(now: Account | None, before: Account, password: str) -> Account:
    """The account as it is by now, if the password that was proved before still holds."""
    if now is None or now.disabled:
        raise CredentialsInvalid
    same = now.password_hash == before.password_hash
    if not same and not passwords.verified(password, now.password_hash):
        raise CredentialsInvalid
    return now


def _renewed_hash(account: Account, password: str) -> list[Any]:
    """The action that replaces an old hash, if it is one."""
    if not passwords.outdated(account.password_hash or ""):
        return []
    return [Account.password_hash.set(passwords.hashed(password))]


def _answer_reuse(token: RefreshToken, account: Account | None) -> None:
    """Let a token of the last minute pass once more; end the session of an older one."""
    found = account.open_sessions.get(token.session_id) if account else None
    if account is None or found is None or account.disabled or not is_open(found):
        raise Unauthenticated
    recent = found["used"] + GRACE >= clock.epoch()
    if found["counter"] == token.counter + 1 and recent:
        return
    if found["counter"] > token.counter:
        audit.record("session.token_reused", subject=account.id, session=token.session_id)
        _end(token.account_id, token.session_id)
    raise Unauthenticated


def _end(account_id: str, session_id: str) -> None:
    try:
        update(Account, account_id, [session(session_id).remove()], counted=False)
    except Refused:
        return  # the account is gone, and its sessions with it
    end_sockets(account_id, session_id=session_id)
