"""Everything that is held about an account, room by room: one row for each thing."""

from collections.abc import Callable, Sequence

from handler import accounts, audit, files, jobs, notifications
from handler.transfers import registry
from handler.transfers.cells import Column
from handler.transfers.formats import Row
from handler.transfers.transferable import Page, Transferable

_BEHIND = "#"  # between a part's key and the position in it; in no position of ours


def _whole(read: Callable[[str], Sequence[Row]]) -> Page:
    """A page of what is never much."""
    return lambda account_id, _after: (list(read(account_id)), None)


_PARTS: dict[str, Page] = {
    "profile": _whole(accounts.profile_held),
    "session": _whole(accounts.sessions_held),
    "file": files.page_held,
    "job": jobs.page_held,
    "notification": notifications.page_held,
    "event": audit.page_of_actor,
    "event-about": audit.page_of_subject,
}


def _page(account_id: str, after: str | None) -> tuple[list[Row], str | None]:
    """Some rows of one part; where it ends the next one begins."""
    parts = _PARTS | registry.held
    keys = list(parts)
    key, _, position = (after or keys[0]).partition(_BEHIND)
    found, last = parts[key](account_id, position or None)
    rows = [{"part": key.partition("-")[0], "data": row} for row in found]
    if last is not None:
        return rows, f"{key}{_BEHIND}{last}"
    return rows, next(iter(keys[keys.index(key) + 1 :]), None)


ACCOUNT = Transferable("account", (Column("part"), Column("data", "json")), _page)
