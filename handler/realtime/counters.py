"""The dashboard's counters, told once a minute as long as an administrator looks.

Each minute's telling is a job, which enqueues that of the next minute while somebody subscribes. So
where nobody looks it costs nothing, and who comes begins it again.
"""

from datetime import datetime, timedelta

from handler.core import clock, metrics
from handler.jobs import Run, Writes
from handler.realtime.models import Subscription, places
from handler.realtime.publishing import Announcement, publish
from handler.realtime.schemas import TellCounters

_CHANNEL = "dashboard"
_SHOWN = timedelta(minutes=5)
"""Minutes that are told each time: environments write theirs when they are asked again."""


def begin(writes: Writes) -> None:
    """Tell them from now on, with the transaction in which somebody subscribes."""
    _enqueue(writes, clock.now())


def _enqueue(writes: Writes, at: datetime) -> None:
    """One telling for each minute, whoever asks for it."""
    delay = max(timedelta(), at - clock.now())
    writes.enqueue(TellCounters(), unique=f"{at:%Y-%m-%dT%H:%M}", delay=delay)


def tell_counters(run: Run) -> None:
    """Tell the counters of the last minutes; and see to the next minute, if somebody looks."""
    now = clock.now()
    series = metrics.all_series(None, "minute", now - _SHOWN, now)
    minutes = [{"at": at.isoformat(), "counters": dict(of)} for at, of in series]
    publish([Announcement(_CHANNEL, "dashboard.counters", {"minutes": minutes}, run.id)])
    (place,) = places(_CHANNEL, crowds=False)
    looking, _ = Subscription.page(place, None, 1)
    with run.transaction() as writes:
        if looking:
            _enqueue(writes, now.replace(second=0, microsecond=0) + timedelta(minutes=1))
