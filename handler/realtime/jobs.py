"""What the doors of sockets and of changes call, and the jobs of live updates."""

from handler.jobs import Run, handles
from handler.realtime import counters, delivering, subscriptions
from handler.realtime.arrivals import receive
from handler.realtime.following import tell
from handler.realtime.schemas import DeliverAgain, DeliverPage, TellCounters, TellPresence

__all__ = ["deliver_again", "deliver_page", "receive", "tell", "tell_counters", "tell_presence"]


@handles(DeliverPage)
def deliver_page(job: DeliverPage, run: Run) -> None:
    """Post events to a page of subscribers."""
    delivering.deliver_page(job, run)


@handles(DeliverAgain)
def deliver_again(job: DeliverAgain, run: Run) -> None:
    """Post events to those whose gateway wanted no more."""
    delivering.deliver_again(job, run)


@handles(TellPresence)
def tell_presence(job: TellPresence, run: Run) -> None:
    """Tell a channel who came or went."""
    subscriptions.tell_presence(job, run)


@handles(TellCounters)
def tell_counters(_job: TellCounters, run: Run) -> None:
    """Tell the dashboard its counters."""
    counters.tell_counters(run)
