"""Fan-out: events that are kept go to whoever subscribes to their channel.

Up to `IN_LINE` subscribers are posted to at once. Above that there is a job for each shard of them,
which goes on page by page. All posts share a budget: API Gateway gives an account 10,000 requests a
second for everything, and half of that is left to the API. 100,000 subscribers of one channel are
thus told in 20 seconds, by 16 jobs at a time; what happens meanwhile comes to them together.

Whoever is gone (410) is forgotten. What the gateway did not take (429) is tried again by a job; a
client that misses an event sees it by the numbers, and asks for it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Any

from handler.core import auth, limits, log, metrics
from handler.core.errors import RateLimited, Unauthenticated, Unavailable
from handler.core.limits import Limit
from handler.core.together import together
from handler.jobs import RetryLater, Run, enqueue, transaction
from handler.realtime import gateway, models, sockets
from handler.realtime.gateway import SocketGone
from handler.realtime.models import EventRow, Subscription
from handler.realtime.namespaces import Channel
from handler.realtime.replaying import told
from handler.realtime.schemas import DeliverAgain, DeliverPage

IN_LINE = 50
"""Subscribers that are posted to by whoever publishes."""
PAGE = 500
"""Subscribers of a job: some two seconds of posts."""
POSTS = Limit("posts", calls=5_000, seconds=1, lease=50)
"""Posts of all functions together (API Gateway: 10,000 requests a second for an account)."""
_ALL = "all"
_MESSAGE_BYTES = 96 * 1024  # of events in one message; API Gateway takes 128 KB
_PATIENCE = 60  # seconds for which the gateway may refuse before it is given up
_PAUSE = 2  # seconds until it is asked again


def deliver(channel: Channel, rows: Sequence[EventRow]) -> None:
    """Have events posted to the subscribers of their channel. Raises Unavailable."""
    if not rows:
        return
    places = models.places(channel.stored, crowds=channel.kind.crowds)
    pages = models.first_of(places, IN_LINE + 1)
    found = [one for some in pages for one in some]
    if len(found) > IN_LINE:
        crowded = [place for place, some in zip(places, pages, strict=True) if some]
        _deliver_later(channel, rows, crowded)
        return
    left = post_all(joined(told(channel, rows)), _allowed(channel, found))
    if left:
        enqueue(_again(channel.stored, rows[0].seq, rows[-1].seq, left), delay=_PAUSE)


def _again(channel: str, first: int, last: int, left: list[str]) -> DeliverAgain:
    return DeliverAgain(channel=channel, first=first, last=last, connections=left)


def _deliver_later(channel: Channel, rows: Sequence[EventRow], places: Iterable[str]) -> None:
    first, last = rows[0].seq, rows[-1].seq
    with transaction() as writes:
        for place in places:
            writes.enqueue(DeliverPage(channel=channel.stored, first=first, last=last, place=place))


def joined(events: Iterable[dict[str, Any]]) -> list[bytes]:
    """Events as they are posted: one as it is, several together while a message takes them."""
    found: list[bytes] = []
    some: list[bytes] = []
    for event in events:
        data = gateway.encoded(event)
        if some and sum(map(len, some)) + len(data) > _MESSAGE_BYTES:
            found.append(_message(some))
            some = []
        some.append(data)
    return [*found, _message(some)] if some else found


def _message(events: Sequence[bytes]) -> bytes:
    if len(events) == 1:
        return events[0]
    return b'{"type":"events","events":[' + b",".join(events) + b"]}"


def _allowed(channel: Channel, subscribers: Sequence[Subscription]) -> list[str]:
    """The sockets of those who may still see the channel; the others' are closed.

    Where it is private, each account is read: who was signed out a moment ago hears no more, even
    if closing its sockets has failed. Raises Unavailable.
    """
    if not channel.kind.private:
        return [one.connection_id for one in subscribers]
    may = {
        who: _may_see(channel, *who) for who in {(s.account_id, s.session_id) for s in subscribers}
    }
    for one in subscribers:
        if not may[one.account_id, one.session_id]:
            sockets.say_bye(one.connection_id, "signed_out")
    return [one.connection_id for one in subscribers if may[one.account_id, one.session_id]]


def _may_see(channel: Channel, account_id: str, session_id: str) -> bool:
    try:
        caller = auth.caller_in(account_id, session_id)
    except Unauthenticated:
        return False
    return channel.kind.may_subscribe(caller, channel.argument)


def post_all(data: Sequence[bytes], connections: Sequence[str]) -> list[str]:
    """Post to sockets; those whose gateway wanted no more. Whoever is gone is forgotten."""
    within = list(takewhile(lambda _: _may_post(len(data)), connections))
    metrics.count(posts=len(data) * len(within))
    taken = together([_post(id_, data) for id_ in within])
    left = [id_ for id_, was_taken in zip(within, taken, strict=True) if not was_taken]
    return [*left, *connections[len(within) :]]


def _may_post(count: int) -> bool:
    """Take so many posts of the budget. Before the threads begin: leases are one thread's."""
    try:
        for _ in range(count):
            limits.lease(POSTS, _ALL)
    except RateLimited:
        return False
    return True


def _post(connection_id: str, data: Sequence[bytes]) -> Callable[[], bool]:
    def post() -> bool:
        try:
            for one in data:
                gateway.post(connection_id, one)
        except SocketGone:
            sockets.end(connection_id)
        except Unavailable:
            return False
        return True

    return post


def deliver_page(job: DeliverPage, run: Run) -> None:
    """Post to a page of subscribers; the next page is a job of its own."""
    channel, data = _of(job)
    page, after = Subscription.page(job.place, job.after, PAGE)
    left = post_all(data, _allowed(channel, page))
    with run.transaction(result=len(page) - len(left)) as writes:
        if after is not None:
            writes.enqueue(job.model_copy(update={"after": after}))
        if left:
            writes.enqueue(_again(job.channel, job.first, job.last, left), delay=_PAUSE)


def deliver_again(job: DeliverAgain, run: Run) -> None:
    """Post what the gateway did not take; for a minute, then whoever missed it asks for it."""
    _, data = _of(job)
    left = post_all(data, job.connections)
    if left and run.seconds_open < _PATIENCE:
        raise RetryLater(_PAUSE)
    if left:
        log.line(level="warning", metric="posts_given_up", count=len(left))


def _of(job: DeliverPage | DeliverAgain) -> tuple[Channel, list[bytes]]:
    channel = Channel.stored_as(job.channel)
    return channel, joined(told(channel, EventRow.between(job.channel, job.first - 1, job.last)))
