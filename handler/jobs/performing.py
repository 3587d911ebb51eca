"""One run of one job: its handler within its time, and whatever becomes of it, recorded."""

import json
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from handler.core import aws, log
from handler.core.errors import AppError
from handler.jobs import endings, entries, failures, payloads, spawning
from handler.jobs.definitions import Definition, Event
from handler.jobs.endings import Superseded
from handler.jobs.entries import Message
from handler.jobs.models import JobRow
from handler.jobs.runs import GiveUp, JobCancelled, JobTimeout, RetryLater, Run

_ERROR = 200
"""Characters that are kept of what an error says."""


def perform(row: JobRow, definition: Definition, seconds: float) -> None:
    """Run a claimed job, within its own time and those seconds, and record how it ended.

    Raises Unavailable when that could not be recorded: the job is then taken over later.
    """
    meter: aws.Meter = []
    token, begun = aws.meter.set(meter), time.perf_counter()
    outcome = "unrecorded"
    try:
        outcome = _outcome(row, definition, seconds)
    except Superseded:
        outcome = "superseded"
    finally:
        aws.meter.reset(token)
        log.line(
            job=row.name,
            id=row.id,
            outcome=outcome,
            attempt=row.attempts,
            ms=round((time.perf_counter() - begun) * 1000, 1),
            aws=len(meter),
        )


def _outcome(row: JobRow, definition: Definition, seconds: float) -> str:
    """Run it and record its end; says how it went."""
    run = Run(row, definition)
    try:
        with entries.depth(row):
            with _alarm(min(definition.timeout, seconds)):
                result = _handled(row, definition, run)
            if not run.ended:
                endings.succeed(row, result)
    except JobCancelled:
        endings.cancel(row)
        return "cancelled"
    except RetryLater as later:
        endings.release(row, definition, later.seconds)
        return "later"
    except (Exception, JobTimeout) as error:  # noqa: BLE001 - whatever a handler raises is recorded
        log.fault(error, request_id=row.id, job=row.name)
        return "done" if run.ended else _failed(row, definition, error)
    return "done"


def _handled(row: JobRow, definition: Definition, run: Run) -> Any:
    """What the handler returns; an event's work is to give each of its handlers a job."""
    text = payloads.load(row, "arguments")
    if text is None:
        raise GiveUp("Its arguments are gone.")
    if definition.handler is not None:
        return definition.handler(definition.kind.restored(json.loads(text)), run)
    if not issubclass(definition.kind, Event):
        raise GiveUp("Nothing handles this job.")
    if definition.subscriptions and not run.joined:
        followers = [Message(one.name, one.queue, text) for one in definition.subscriptions]
        spawning.spawn(row, definition, followers)
        run.ended = True
    return None


def _failed(row: JobRow, definition: Definition, error: BaseException) -> str:
    kind, told = _named(error, definition)
    failures.remember(row, kind, told)
    final = isinstance(error, (GiveUp, endings.ResultUnfit, entries.ChainTooLong))
    if final or isinstance(error, definition.give_up_on) or row.attempts >= definition.attempts:
        endings.die(row, kind, told)
        return "dead"
    endings.retry(row, definition, kind, told)
    return "failed"


def _named(error: BaseException, definition: Definition) -> tuple[str, str]:
    """An error's name, and what may be said of it: words that somebody wrote for users, or where.

    The text of any other exception may quote a secret.
    """
    if isinstance(error, JobTimeout):
        return "timeout", f"It took longer than {definition.timeout} s."
    if isinstance(error, GiveUp):
        return "gave_up", _spoken(str(error))
    if isinstance(error, endings.ResultUnfit):
        return "result", "What it returned is no JSON, or too large."
    if isinstance(error, AppError):
        return error.code(), _spoken(error.detail)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = Path(last.filename)
    return type(error).__name__, f"at {place.parent.name}/{place.name}:{last.lineno}"


def _spoken(text: str) -> str:
    """So much of a text as is kept, without what is no character."""
    return text[:_ERROR].encode("utf-8", "replace").decode()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise JobTimeout in this block after so many seconds: in the main thread, as on Lambda."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise JobTimeout

    before = signal.signal(signal.SIGALRM, ring)
    # Again each second: an exception may get lost where Python cannot pass it on.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
