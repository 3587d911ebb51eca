"""What is held about an account, for its owner to take away."""

from typing import Any

from handler.accounts import models
from handler.accounts.models import Account
from handler.accounts.schemas import ProfileOut, SessionOut
from handler.accounts.service import devices
from handler.core.auth import Caller, Role
from handler.core.ids import first_id
from handler.core.shards import Span

_PAGE = 1000  # keys of a read


def is_open(account_id: str) -> bool:
    """Whether an account is there: a closed one is gone at once, what it owns soon."""
    return Account.find(account_id) is not None


def profile_held(account_id: str) -> list[dict[str, Any]]:
    """The profile of an account: one, or none when it is closed."""
    account = Account.find(account_id)
    return [ProfileOut.model_validate(account).model_dump(mode="json")] if account else []


def sessions_held(account_id: str) -> list[dict[str, Any]]:
    """Its open sessions, the last used first."""
    found = devices.list_sessions(Caller(account_id, Role.USER))
    return [SessionOut.model_validate(one).model_dump(mode="json") for one in found]


def opened_between(start: float, end: float) -> int:
    """How many accounts of a stretch of time (epoch seconds) there are."""
    everybody = models.newest()
    span = Span(Account, "newest", everybody.partitions, Account.id, first_id(start), first_id(end))
    return sum(len(rows) for shelf in span.partitions for rows in span.pages(shelf, _PAGE))
