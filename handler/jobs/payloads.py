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
KEPT = 750 * DAY
"""Seconds after a job is due in which rows beside it stay: for as long as it may be open."""
_S3 = "s3:"


class PayloadTooLarge(TooLarge):
    """A job's arguments or result are beyond what is kept for one."""

    detail = "A job's arguments and its result may have 10 MB each. Put the data into a file."


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands in the job's row for a payload, and the Put of the row beside it, if any."""

    attributes: dict[str, str]
    beside: dict[str, Any] | None = None


def place(  # noqa: PLR0913 - a size and a name more
    job_id: str, part: str, text: str, due: int, *, fence: int = 0, beside: int = BESIDE
) -> Placed:
    """Find the place of a payload. Raises PayloadTooLarge, and Unavailable when S3 is needed.

    `beside` is how many bytes may stand in a row of their own. An object's name holds the fence, so
    that a runner which is none any more changes nothing.
    """
    size = len(text.encode())
    if size <= INLINE:
        return Placed({part: text})
    if size <= beside:
        return Placed({f"{part}_at": "row"}, put_beside(job_id, part, text, due))
    if size > LARGEST:
        raise PayloadTooLarge
    name = f"{part}-{fence}"
    gateway.put_object(f"{job_id}/{name}", text)
    return Placed({f"{part}_at": _S3 + name})


def load(row: JobRow, part: str) -> str | None:
    """The payload of a job, wherever it is: no call where it is in the row. Raises Unavailable."""
    where: str | None = getattr(row, f"{part}_at")
    if where is None:
        text: str | None = getattr(row, part)
        return text
    if where.startswith(_S3):
        return gateway.get_object(f"{row.id}/{where.removeprefix(_S3)}")
    return JobRow.text_beside(row.id, part)


def delete_objects(row: JobRow) -> None:
    """Delete what a job has in S3. Raises Unavailable."""
    for where in (row.arguments_at, row.result_at, row.after_at):
        if where and where.startswith(_S3):
            gateway.delete_object(f"{row.id}/{where.removeprefix(_S3)}")


def put_beside(job_id: str, part: str, text: str, due: int) -> dict[str, Any]:
    """The arguments of the Put of a row beside a job; again is the same as once."""
    item = key_of(job_id, part) | raw(text=text, expires_at=due + KEPT)
    return {"TableName": JobRow.Meta.table_name, "Item": item}
