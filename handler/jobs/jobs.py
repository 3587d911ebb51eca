"""What the doors of messages call, and the engine's own jobs."""

from handler.jobs import gateway, housekeeping, operations
from handler.jobs.definitions import handles
from handler.jobs.letters import bury
from handler.jobs.runs import Run
from handler.jobs.schemas import CancelChildren, PoisonMessage, RedriveDead
from handler.jobs.ticking import tick
from handler.jobs.working import work

__all__ = ["bury", "cancel_children", "operations", "redrive_dead", "send_again", "tick", "work"]


@handles(CancelChildren)
def cancel_children(job: CancelChildren, run: Run) -> int:
    """Cancel the children of a cancelled job."""
    return housekeeping.cancel_children(job, run)


@handles(RedriveDead)
def redrive_dead(job: RedriveDead, run: Run) -> int:
    """Redrive the dead of a name and an error."""
    return housekeeping.redrive_dead(job, run)


@handles(PoisonMessage)
def send_again(job: PoisonMessage, _run: Run) -> None:
    """Send a message that could not be read to its queue once more."""
    gateway.send_body(job.queue, job.body)
