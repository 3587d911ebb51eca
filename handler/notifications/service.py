"""Telling accounts something, and what they do with it.

A notification is written in the transaction of what it tells of, or under an id that follows from
that: either way it is there once. Its mail is a job of the same transaction, and the change of its
table brings it to open sockets. Which of these it goes by is decided when it is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from handler import accounts, audit, mail
from handler.core import clock, limits, lists
from handler.core.auth import Caller
from handler.core.errors import NotFound
from handler.core.ids import new_id
from handler.core.limits import Limit
from handler.core.lists import Plan, Request
from handler.core.records import RawRow
from handler.core.transactions import WRITES
from handler.jobs import Run, Seen, Writes, transaction
from handler.notifications import models
from handler.notifications.ends import words_of
from handler.notifications.kinds import COUNTED, Channel, Kind
from handler.notifications.models import KEPT, Notification
from handler.notifications.schemas import (
    MailNotification,
    NotificationIn,
    NotificationQuery,
    ReadAll,
)
from handler.notifications.words import Words

SENDING = Limit("notify", calls=30, seconds=60)
"""Messages, by the moderator who writes them: nobody types faster, and a mail costs."""
MESSAGE = Kind("message")
WELCOME = Kind("welcome", mail=False)  # its room mails it, to whom it is too late to say no


class NotificationNotFound(NotFound):
    """No notification has that id, or it is another's."""

    detail = "There is no such notification."


class RecipientNotFound(NotFound):
    """No account has that id or address, or it cannot be told anything."""

    detail = "There is no such account, or it is disabled, or its address is not confirmed."


class _Told(Exception):
    """The notification is there already."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is about to be told to whom, and how."""

    owner_id: str
    kind: Kind
    words: Words
    channels: frozenset[Channel]
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and how."""

    id: str
    channels: list[Channel]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of notifications, and how many are unread at all."""

    items: Sequence[Notification]
    next: str | None
    unread: int


def notify(writes: Writes, account_id: str, kind: Kind, words: Words) -> None:
    """Tell an account something, in the transaction that makes it true. Raises Unavailable.

    It costs one read at once; who cannot be told anything any more is not.
    """
    to = accounts.recipient(account_id)
    if to is not None:
        _write(writes, _Draft(to.id, kind, words, kind.channels(to.preferences)))


def _write(writes: Writes, draft: _Draft) -> None:
    made = Notification(
        draft.owner_id,
        draft.id,
        kind=draft.kind.name,
        subject=draft.words.subject,
        message=draft.words.message,
        data=dict(draft.words.data),
        listed=Channel.IN_APP in draft.channels,
        pushed=Channel.PUSH in draft.channels,
        expires_at=clock.epoch() + KEPT,
    )
    writes.save(made, Notification.id.does_not_exist(), lambda _: _Told())
    if made.listed:
        writes.save(made.mark)
    if Channel.MAIL in draft.channels:
        writes.enqueue(MailNotification(owner_id=made.owner_id, notification_id=made.id))


def send(caller: Caller, body: NotificationIn) -> Sent:
    """Tell an account what a moderator writes. Raises RecipientNotFound, RateLimited."""
    limits.spend(SENDING, caller.id)
    to = accounts.recipient_called(body.to)
    if to is None:
        raise RecipientNotFound
    channels = MESSAGE.channels(to.preferences, body.channels)
    draft = _Draft(to.id, MESSAGE, Words(body.subject, body.message), channels)
    sent = Sent(draft.id, [one for one in Channel if one in channels])
    told = {"notification": sent.id, "channels": " ".join(sent.channels)}
    with transaction(result=sent) as writes:
        _write(writes, draft)
        writes.save(audit.entry("notification.sent", actor=caller.id, subject=to.id, **told))
    return sent


def tell_end(job: Seen) -> None:
    """Tell an account that a job of its own has ended; again is the same as once.

    Raises Unavailable.
    """
    to = accounts.recipient(job.owner)
    if to is None:
        return
    kind, words = words_of(job)
    draft = _Draft(to.id, kind, words, kind.channels(to.preferences), job.end_id)
    try:
        with transaction() as writes:
            _write(writes, draft)
    except _Told:
        return


def welcome(account_id: str, run: Run) -> None:
    """Welcome an account whose address was confirmed. Ends the job."""
    words = Words("Welcome", "Your address is confirmed, and your account is ready.")
    with run.transaction() as writes:
        notify(writes, account_id, WELCOME, words)


def mail_notification(job: MailNotification) -> None:
    """Mail a notification, if it and its account are still there. Raises Unavailable."""
    found = Notification.find(job.owner_id, job.notification_id)
    to = accounts.recipient(job.owner_id)
    if found and to:
        mail.send("notification", to.email, subject=found.subject, message=found.message)


def list_notifications(caller: Caller, query: NotificationQuery) -> Listing:
    """A page of what the caller was told, newest first. Raises CursorInvalid."""
    plan = Plan(models.of_owner(caller.id), _loaded, lambda one: one.is_shown)
    page = lists.read(plan, Request(caller, ["notifications"], query.limit, query.cursor))
    models.tell_read(page.items)
    return Listing(page.items, page.next, count_unread(caller))


def _loaded(rows: Sequence[RawRow]) -> Sequence[Notification]:
    return [Notification.from_raw_data(row) for row in rows]


def count_unread(caller: Caller) -> int:
    """How many notifications the caller has not read, as far as they are counted."""
    return len(models.unread(caller.id))


def get_notification(caller: Caller, id_: str) -> Notification:
    """What the caller was told. Raises NotificationNotFound."""
    found = Notification.find(caller.id, id_)
    if found is None or not found.is_shown:
        raise NotificationNotFound
    models.tell_read([found])
    return found


def read(caller: Caller, id_: str) -> None:
    """Read a notification; again is the same as once. Raises NotificationNotFound."""
    found = get_notification(caller, id_)
    if not found.read:
        with transaction() as writes:
            writes.delete(found.mark)


def read_all(caller: Caller) -> None:
    """Read all notifications: the newest at once, the others by a job where there are more."""
    marks = models.unread(caller.id)
    if not marks:
        return
    with transaction() as writes:
        for mark in marks[: WRITES - 1]:
            writes.delete(mark)
        if len(marks) == COUNTED:
            writes.enqueue(ReadAll(owner_id=caller.id, until=marks[0].id))
