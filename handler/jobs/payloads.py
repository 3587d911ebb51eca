"""Where arguments and results are kept, by size: in the job's row, in one beside it, or in S3."""

from dataclasses import dataclass
from typing import Any

from handler.core.errors import TooLarge
from handler.jobs import gateway
from handler.jobs.models import JobRow, key_of, raw
from handler.jobs.transitions import DAY

INLINE = 500
"""Bytes in the job's own row, which then stays within 1 KB: every update is billed by that size."""
BESIDE = 300_000
"""Bytes in a row beside it (DynamoDB's rows hold 400 KB)."""
LARGEST = 10_000_000
"""Bytes in S3: what a worker can have in memory without a thought."""
LARGEST_RESULT = 2_000_000
"""Bytes of a result: an answer of the API holds 6 MB (Lambda), and JSON within it may double."""
KEPT = 120 * DAY
"""Seconds after a job is due in which rows beside it stay, and the job with them: what is written
there once is not touched again, since a change would be billed by its whole size."""
_S3 = "s3:"
ROW = "row"
"""Where a payload is that stands in a row beside its job."""
_OPEN = "open"  # the folder of what a job needs to run: S3 keeps it for 800 days
_RESULT = "result"
_FOLDERS = {_RESULT: "results"}  # S3 keeps these for 125 days: as long as a child is remembered


class PayloadTooLarge(TooLarge):
    """A job's arguments or result are beyond what is kept for one."""

    detail = "A job's arguments may have 10 MB, its result 2 MB. Put the data into a file."


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands in the job's row for a payload, and the Put of the row beside it, if any."""

    attributes: dict[str, str]
    beside: dict[str, Any] | None = None


def place(  # noqa: PLR0913 - a size and a name more
    job_id: str, part: str, text: str, expires_at: int, *, fence: int = 0, beside: int = BESIDE
) -> Placed:
    """Find the place of a payload. Raises PayloadTooLarge, and Unavailable when S3 is needed.

    `beside` is how many bytes may stand in a row of their own. An object's name holds the fence, so
    that a runner which is none any more changes nothing.
    """
    size = len(text.encode())
    if size <= INLINE:
        return Placed({part: text})
    if size <= beside:
        return Placed({f"{part}_at": ROW}, put_beside(job_id, part, text, expires_at))
    if size > (LARGEST_RESULT if part == _RESULT else LARGEST):
        raise PayloadTooLarge
    where = f"{_S3}{job_id}/{part}-{fence}"
    gateway.put_object(_key(part, where), text)
    return Placed({f"{part}_at": where})


def load(row: JobRow, part: str) -> str | None:
    """The payload of a job, wherever it is: no call where it is in the row. Raises Unavailable."""
    where: str | None = getattr(row, f"{part}_at")
    if where is None:
        text: str | None = getattr(row, part)
        return text
    if where.startswith(_S3):
        return gateway.get_object(_key(part, where))
    return JobRow.text_beside(row.id, part)


def load_row(row: JobRow, part: str) -> str | None:
    """The payload of a job where a row holds it, else None: objects are too large to be shown."""
    where: str = getattr(row, f"{part}_at") or ROW
    return None if where.startswith(_S3) else load(row, part)


def stand_beside(row: JobRow) -> bool:
    """Whether anything stands in rows beside a job: its payloads, or the steps its run has seen."""
    return bool(row.steps) or ROW in (row.arguments_at, row.after_at, row.result_at)


def delete_objects(row: JobRow, *parts: str) -> None:
    """Delete those of a job's payloads that are in S3. Raises Unavailable."""
    for part in parts:
        where = getattr(row, f"{part}_at")
        if where and where.startswith(_S3):
            gateway.delete_object(_key(part, where))


def _key(part: str, where: str) -> str:
    """The object's key, which follows from what the job's row says of it."""
    return f"{_FOLDERS.get(part, _OPEN)}/{where.removeprefix(_S3)}"


def put_beside(job_id: str, part: str, text: str, expires_at: int) -> dict[str, Any]:
    """The arguments of the Put of a row beside a job; again is the same as once."""
    item = key_of(job_id, part) | raw(text=text, expires_at=expires_at)
    return {"TableName": JobRow.Meta.table_name, "Item": item}
