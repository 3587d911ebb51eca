"""An account's jobs, for its owner to take away."""

from typing import Any

from handler.jobs import indexes
from handler.jobs.models import JobRow
from handler.jobs.schemas import JobOut

_PAGE = 100  # rows of a batch read


def page_held(account_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Some of an account's jobs, newest first, and where they stopped: two calls."""
    keys, last = indexes.of_owner(account_id).query(account_id, after, _PAGE)
    found = JobRow.find_all([key["id"]["S"] for key in keys])
    return [JobOut.model_validate(row).model_dump(mode="json") for row in found.values()], last
