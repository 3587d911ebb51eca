"""Jobs as those see them who follow their table: what a row says at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handler.core.ids import derived_id
from handler.jobs.models import MAIN, JobRow, raw
from handler.jobs.schemas import JobOut
from handler.jobs.states import State


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's job at a time. `shown` is what its owner is shown of it."""

    id: str
    name: str
    owner: str
    state: State
    message: str | None
    end_id: str
    """The id of whatever follows from this end, and of nothing else."""
    shown: dict[str, Any]

    @property
    def result(self) -> Any:
        """What it returned; None where that is too large for its row."""
        return self.shown["result"]


def seen(row: Mapping[str, Any] | None) -> Seen | None:
    """What a row says, given its attributes as plain values; None where it is no account's job.

    What a job of an account has spawned is seen by the progress of its parent. Raises Unavailable.
    """
    if row is None or row.get("part") != MAIN or "owner" not in row:
        return None
    job = JobRow.from_raw_data(raw(**row))
    return Seen(
        id=job.id,
        name=job.name,
        owner=str(job.owner),
        state=job.standing,
        message=job.message,
        end_id=derived_id(job.ended or 0, job.id, job.state, job.fence),
        shown=JobOut.model_validate(job).model_dump(mode="json"),
    )
