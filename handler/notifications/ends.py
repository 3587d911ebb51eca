"""What accounts are told of their jobs when they end: by the jobs' names, in words of their rooms.

A room says its own in its `channels`, which whoever follows the table of jobs has read.
"""

from collections.abc import Callable
from typing import Any

from handler.jobs import Job, Seen, State
from handler.notifications.kinds import Kind
from handler.notifications.words import Words

JOB_ENDED = Kind("job_ended", mail=False)
"""A job of an account's has ended, of which its room says nothing else."""
Say = Callable[[Seen], Words]

_said: dict[str, tuple[Kind, Say]] = {}
_HOW = {
    State.SUCCEEDED: "has succeeded",
    State.DEAD: "has failed",
    State.CANCELLED: "was cancelled",
}


def words_for(job: type[Job], kind: Kind, say: Say) -> None:
    """Have accounts told of the ends of such jobs in these words, as another kind."""
    _said[job.definition.name] = (kind, say)


def end_words(what: str, job: Seen, message: str = "", **data: Any) -> Words:
    """That `what` has ended, and how; where nothing else is said of it, what went wrong."""
    about = {"job_id": job.id, "name": job.name, "state": job.state.value, **data}
    return Words(f"{what} {_HOW[job.state]}", message or job.message or "", about)


def words_of(job: Seen) -> tuple[Kind, Words]:
    """What an account is told of a job of its own that has ended."""
    kind, say = _said.get(job.name, (JOB_ENDED, _usual))
    return kind, say(job)


def _usual(job: Seen) -> Words:
    return end_words(f"Your job {job.name}", job)
