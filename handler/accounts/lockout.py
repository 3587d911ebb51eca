"""Guessing passwords: so many failures in a while, then a wait that doubles.

The counter is raised before the password is hashed, by one atomic update, so that guesses sent at
once cost no more hashes than guesses sent in turn (threats A19). Addresses without an account are
counted alike.
"""

import hashlib
import secrets

from botocore.exceptions import ClientError
from pynamodb.attributes import NumberAttribute
from pynamodb.constants import ALL_NEW, ALL_OLD, KEY

from handler.core import clock, patience, writes
from handler.core.errors import Unauthenticated
from handler.core.limits import Counter

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


def _raise(key: str) -> dict[str, dict[str, str]]:
    """Add one to the attempts, unless the account waits; a window that is over starts anew."""
    now, mark = clock.epoch(), secrets.token_hex(8)
    arguments = Guesses._get_connection().get_operation_kwargs(  # noqa: SLF001 - PynamoDB names it so
        key,
        key=KEY,
        actions=[
            Guesses.spent.add(1),
            Guesses.write_id.set(mark),
            Guesses.expires_at.set(Guesses.expires_at | (now + WINDOW)),
        ],
        condition=(Guesses.write_id != mark)
        & (Guesses.expires_at.does_not_exist() | (Guesses.expires_at > now))
        & (Guesses.locked_until.does_not_exist() | (Guesses.locked_until <= now)),
        return_values=ALL_NEW,
        return_values_on_condition_failure=ALL_OLD,
    )
    try:
        found: dict[str, dict[str, str]] = patience.patiently("UpdateItem", arguments)["Attributes"]
    except ClientError as error:
        row = patience.row_refused(error)
        if row and row["write_id"]["S"] == mark:
            return row
        if not row or int(row["expires_at"]["N"]) > now:
            raise Unauthenticated from error
        return _start_anew(key, row)
    return found


def _start_anew(key: str, row: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Begin another window where one has ended; of many at once, one does and the others add."""
    fresh = Guesses(key, spent=1, write_id=secrets.token_hex(8), expires_at=clock.epoch() + WINDOW)
    try:
        writes.put(fresh, Guesses.write_id == row["write_id"]["S"])
    except writes.Refused:
        return _raise(key)
    return fresh.to_dynamodb_dict()


def _lock(key: str, number: int, row: dict[str, dict[str, str]]) -> None:
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
