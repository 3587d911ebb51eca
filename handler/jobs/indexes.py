"""Where jobs stand in their indexes: open ones by when to look at them, dead ones, an owner's."""

from handler.core.shards import Span, shard_of, shards
from handler.jobs.models import JobRow

GRACE = 60
"""Seconds after which a message that was sent and not answered is sent again (jobs.md)."""
GRACE_MAX = 300
"""The same once it was sent several times: a backlog must not feed itself with messages."""
DELAY_MAX = 900
"""Seconds by which SQS delays a message at most."""
_TOP = "~"  # sorts behind all that stands in a key


def waking(job_id: str, due: int, now: int) -> dict[str, str]:
    """The place in the due index of a job that is due then: with a message, or too far for one."""
    if due - now > DELAY_MAX:
        return {"shelf": f"later#{shard_of(job_id)}", "wake": f"{due:010}#0#{job_id}"}
    return hinted(job_id, max(due, now) + GRACE)


def hinted(job_id: str, wake: int, hints: int = 0) -> dict[str, str]:
    """The place of a job whose last message, of so many sent again, is heard of by then."""
    return {"shelf": f"hinted#{shard_of(job_id)}", "wake": f"{wake:010}#{hints}#{job_id}"}


def read_wake(wake: str) -> tuple[int, int, str]:
    """The second, the number of messages sent again, and the job of a place in the due index."""
    second, hints, job_id = wake.split("#")
    return int(second), int(hints), job_id


def buried(job_id: str, name: str, error: str, now: int) -> dict[str, str]:
    """The place of a dead job in its index."""
    return {"grave": f"dead#{shard_of(job_id)}", "epitaph": f"{name}#{error}#{now:010}#{job_id}"}


def job_of(key: str) -> str:
    """The job that a sort key of the due or the dead index stands for."""
    return key.rpartition("#")[2]


def overdue(kind: str, until: int) -> list[Span]:
    """Open jobs of a kind (`hinted`, `later`) up to a second: a stretch for each shard."""
    return [
        Span(JobRow, "due", (shelf,), JobRow.wake, "0", f"{until:010}{_TOP}")
        for shelf in shards(kind)
    ]


def open_jobs() -> Span:
    """All open jobs, the first due first."""
    return Span(JobRow, "due", shards("hinted") + shards("later"), JobRow.wake, "0", _TOP)


def dead_jobs(name: str | None = None, error: str | None = None) -> Span:
    """Dead jobs by name, error and time: all, those of a name, or of a name and an error.

    Those of an error alone are scattered over all names: a reader picks them out.
    """
    prefix = "".join(f"{part}#" for part in (name, name and error) if part)
    return Span(JobRow, "dead", shards("dead"), JobRow.epitaph, prefix or "0", prefix + _TOP)


def of_owner(owner: str) -> Span:
    """An account's jobs, newest first."""
    return Span(JobRow, "owner", (owner,), JobRow.id)
