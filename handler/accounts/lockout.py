"""Guessing passwords: so many failures in a while, then a wait that doubles.

The counter is raised before the password is hashed, by one atomic update, so that guesses sent at
once cost no more hashes than guesses sent in turn (threats A19). Addresses without an account are
counted alike.
"""

import hashlib
import secrets

from pynamodb.attributes import NumberAttribute

from handler.core import clock, writes
from handler.core.errors import Unauthenticated
from handler.core.limits import Counter
from handler.core.records import RawRow

FAILURES = 10
"""Failures within `WINDOW` before an account waits (parameters.md, "Lockout")."""
WINDOW = 15 * 60
_WAIT = 60
_WAIT_MAX = 15 * 60


class Guesses(Counter):
    """The sign-ins of one address that have not succeeded, in the table of the limits."""

    class Meta:
        table_name = Counter.Meta.table_name

    locked_until = NumberAttribute(null=True)


def attempt(email: str) -> None:
    """Count an attempt to sign in. Raises Unauthenticated when the account has to wait."""
    key = _key(email)
    row = _raise(key)
    number = int(row["spent"]["N"])
    if number >= FAILURES:
        _lock(key, number, row)


def succeeded(email: str) -> None:
    """Forget the failures of an address."""
    record = Guesses(_key(email))
    writes.remove(record, Guesses.key.exists())


def _raise(key: str) -> RawRow:
    """Add one to the attempts, unless the account waits; a window that is over starts anew."""
    now = clock.epoch()
    running = Guesses.expires_at.does_not_exist() | (Guesses.expires_at > now)
    free = Guesses.locked_until.does_not_exist() | (Guesses.locked_until <= now)
    actions = [
        Guesses.spent.add(1),
        Guesses.expires_at.set(Guesses.expires_at | (now + WINDOW)),
    ]
    try:
        return writes.upsert(Guesses, (key, None), actions, running & free)
    except writes.Refused as refused:
        row = refused.row
        if row is None or int(row["expires_at"]["N"]) > now:
            raise Unauthenticated from refused
        return _start_anew(key, row)


def _start_anew(key: str, row: RawRow) -> RawRow:
    """Begin another window where one has ended; of many at once, one does and the others add."""
    fresh = Guesses(key, spent=1, write_id=secrets.token_hex(8), expires_at=clock.epoch() + WINDOW)
    try:
        writes.put(fresh, Guesses.write_id == row["write_id"]["S"])
    except writes.Refused:
        return _raise(key)
    return fresh.to_dynamodb_dict()


def _lock(key: str, number: int, row: RawRow) -> None:
    """Let this attempt through and make the next one wait; of many at once, one gets through."""
    wait = min(_WAIT * 2 ** min(number - FAILURES, 10), _WAIT_MAX)
    until = clock.epoch() + wait
    stood = row.get("locked_until")
    unchanged = (
        Guesses.locked_until == int(stood["N"]) if stood else Guesses.locked_until.does_not_exist()
    )
    record = Guesses(
        key,
        spent=number,
        write_id=secrets.token_hex(8),
        expires_at=until + WINDOW,
        locked_until=until,
    )
    try:
        writes.put(record, unchanged)
    except writes.Refused as refused:
        raise Unauthenticated from refused


def _key(email: str) -> str:
    return f"guesses#{hashlib.sha256(email.encode()).hexdigest()[:32]}"
