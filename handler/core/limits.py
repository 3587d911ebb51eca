"""Rate limits: atomic counters in DynamoDB, a row for each subject and window.

Two ways to count. `spend` writes for every call: for what must be exact (logins, mails). `lease`
takes a handful of calls at once for this environment and counts them here, so that a read costs a
write only once in `LEASE` times. Both grant at most the limit in a window, however many
environments there are, because every grant is an atomic increment; leases may grant less, by what
other environments have taken and not used. Around the edge of two windows a burst of at most twice
the limit may pass.
"""

import hashlib
import ipaddress
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from handler.core import clock, log, snapshots, writes
from handler.core.errors import RateLimited, Unavailable
from handler.core.records import MarkedRow, table

_KNOWN = 10_000  # leases an environment remembers


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds. With `lease` an environment takes that many at once."""

    name: str
    calls: int
    seconds: int
    lease: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subject stands with a limit: what is left, and when (epoch seconds) it starts anew."""

    limit: Limit
    left: int
    resets_at: int

    def headers(self) -> dict[str, str]:
        """The RateLimit header fields."""
        return {
            "RateLimit-Limit": str(self.limit.calls),
            "RateLimit-Remaining": str(max(0, self.left)),
            "RateLimit-Reset": str(max(0, self.resets_at - clock.epoch())),
        }


class Counter(MarkedRow):
    """The calls of one subject in one window."""

    class Meta:
        table_name = table("limits")

    key = UnicodeAttribute(hash_key=True)
    spent = NumberAttribute(default=0)
    expires_at = NumberAttribute()


def spend(limit: Limit, subject: str) -> Standing:
    """Count one call. Raises RateLimited, Unavailable (the limit then cannot be kept)."""
    window = _window(limit)
    spent = _add(limit, subject, window, 1)
    standing = Standing(limit, limit.calls - spent, window + limit.seconds)
    if spent > limit.calls:
        raise RateLimited(standing.headers(), _wait(standing))
    return standing


def give_back(standing: Standing, subject: str) -> None:
    """Take back one call that was spent and turned out not to count. Raises Unavailable."""
    limit = standing.limit
    _add(limit, subject, standing.resets_at - limit.seconds, -1)


@dataclass(frozen=True, slots=True)
class _Lease:
    """What this environment has taken in a window: calls left of it, and all that anybody took."""

    window: int
    left: int
    spent: int


_leases: dict[tuple[str, str], _Lease] = {}
snapshots.on_restore(_leases.clear)  # each copy would use the same


def lease(limit: Limit, subject: str) -> Standing | None:
    """Count one call against what this environment has taken, taking more when it is used up.

    Raises RateLimited. When the counters do not answer, the call passes and a line of log tells.
    """
    window, known = _window(limit), (limit.name, subject)
    held = _leases.get(known)
    if held is None or held.window != window:
        held = _Lease(window, left=0, spent=0)
    if held.left == 0 and held.spent < limit.calls:
        try:
            spent = _add(limit, subject, window, limit.lease)
        except Unavailable:
            log.line(level="warning", metric="limiter_open", limit=limit.name)
            return None
        granted = max(0, min(limit.lease, limit.calls - spent + limit.lease))
        held = _Lease(window, granted, spent)
    return _use(limit, known, held)


def _use(limit: Limit, known: tuple[str, str], held: _Lease) -> Standing:
    """Take one call of a lease. Raises RateLimited when nothing is left of it."""
    unclaimed = max(0, limit.calls - held.spent)
    standing = Standing(limit, held.left + unclaimed - 1, held.window + limit.seconds)
    if len(_leases) >= _KNOWN:
        _leases.clear()
    _leases[known] = _Lease(held.window, max(0, held.left - 1), held.spent)
    if held.left == 0:
        raise RateLimited(standing.headers(), _wait(standing))
    return standing


def by_address(address: str) -> str:
    """The subject of an address: an IPv6 network of 64 bits is one (threats I4)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    found = getattr(found, "ipv4_mapped", None) or found
    if found.version == 6:  # noqa: PLR2004 - IP's version
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


def _window(limit: Limit) -> int:
    now = clock.epoch()
    return now - now % limit.seconds


def _wait(standing: Standing) -> int:
    return max(1, standing.resets_at - clock.epoch())


def _add(limit: Limit, subject: str, window: int, calls: int) -> int:
    """Add calls to a counter and return its new value; a lost answer is not counted twice."""
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    actions = [Counter.spent.add(calls), Counter.expires_at.set(window + 2 * limit.seconds)]
    row = writes.upsert(Counter, (f"{limit.name}#{digest}#{window}", None), actions)
    return int(row["spent"]["N"])
