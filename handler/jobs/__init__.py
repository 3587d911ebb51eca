"""Durable jobs: done once whatever happens; they can be watched, cancelled and redriven."""

from handler.jobs.access import may_see
from handler.jobs.definitions import Event, Job, handles
from handler.jobs.enqueueing import Writes, enqueue, transaction
from handler.jobs.entries import Handle
from handler.jobs.holdings import page_held
from handler.jobs.housekeeping import forget
from handler.jobs.runs import GiveUp, JobCancelled, JobTimeout, RetryLater, Run
from handler.jobs.schemas import ObjectCreated
from handler.jobs.states import State
from handler.jobs.watching import Seen, seen

__all__ = [
    "Event",
    "GiveUp",
    "Handle",
    "Job",
    "JobCancelled",
    "JobTimeout",
    "ObjectCreated",
    "RetryLater",
    "Run",
    "Seen",
    "State",
    "Writes",
    "enqueue",
    "forget",
    "handles",
    "may_see",
    "page_held",
    "seen",
    "transaction",
]
