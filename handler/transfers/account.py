"""Everything that is held about an account, room by room: one row for each thing."""

from collections.abc import Callable, Sequence

from handler import accounts, audit, files, items, jobs, notifications
from handler.transfers.cells import Column
from handler.transfers.formats import Row
from handler.transfers.transferable import Page, Transferable

_BEHIND = "#"  # between a part's number and the position in it; in no position of ours


def _whole(read: Callable[[str], Sequence[Row]]) -> Page:
    """A page of what is never much."""
    return lambda account_id, _after: (list(read(account_id)), None)


_PARTS: tuple[tuple[str, Page], ...] = (
    ("profile", _whole(accounts.profile_held)),
    ("session", _whole(accounts.sessions_held)),
    ("item", items.page_held),
    ("file", files.page_held),
    ("job", jobs.page_held),
    ("notification", notifications.page_held),
    ("event", audit.page_of_actor),
    ("event", audit.page_of_subject),
)


def _page(account_id: str, after: str | None) -> tuple[list[Row], str | None]:
    """Some rows of one part; where it ends the next one begins."""
    number, _, position = (after or "0").partition(_BEHIND)
    part, (name, page) = int(number), _PARTS[int(number)]
    found, last = page(account_id, position or None)
    rows = [{"part": name, "data": row} for row in found]
    if last is not None:
        return rows, f"{part}{_BEHIND}{last}"
    return rows, str(part + 1) if part + 1 < len(_PARTS) else None


ACCOUNT = Transferable("account", (Column("part"), Column("data", "json")), _page)
