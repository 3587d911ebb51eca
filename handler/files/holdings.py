"""An account's files, for its owner to take away: what is known of them, not their content."""

from typing import Any

from handler.files import models
from handler.files.models import File
from handler.files.schemas import FileOut

_PAGE = 100  # rows of a read


def page_held(account_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Some of an account's files, newest first, and where they stopped: one call."""
    rows, last = models.of_owner(account_id).query(account_id, after, _PAGE)
    files = (File.from_raw_data(row) for row in rows)
    return [FileOut.model_validate(file).model_dump(mode="json") for file in files], last
