"""Mistakes in the life of one job, each made in the real code."""

import secrets
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from handler.jobs import (
    endings,
    entries,
    indexes,
    letters,
    runs,
    ticking,
    transitions,
    working,
)
from handler.jobs.models import JobRow
from handler.jobs.transitions import Change

Mistake = AbstractContextManager[Any]

_PLACE = ("shelf", "wake")
_waking = indexes.waking
_cancel = endings.cancel
_take_over = working._Worker._take_over


def changed(module: Any, name: str, **values: Any) -> Mistake:
    """Some transition with other parts; a part may be worked out from the right one."""
    right = getattr(module, name)

    def wrong(*args: Any, **kwargs: Any) -> Change:
        made = right(*args, **kwargs)
        parts = {
            key: one(getattr(made, key)) if callable(one) else one for key, one in values.items()
        }
        return replace(made, **parts)

    return mock.patch.object(module, name, wrong)


def without(*names: str) -> Any:
    """What is set or added, without some of it."""
    return lambda found: {key: value for key, value in found.items() if key not in names}


def less(*names: str) -> Any:
    """What is removed, without some of it."""
    return lambda found: tuple(name for name in found if name not in names)


def lenient(condition: str) -> str:
    """A condition that does not ask for a cancellation."""
    return condition.removeprefix(transitions._OPEN)


def not_in_index() -> Mistake:
    """A new job is not in the index: its message is all there is."""
    return mock.patch.object(entries, "waking", return_value={})


def later_without_index() -> Mistake:
    """A job with a long delay is not in the index, and has no message either."""

    def waking(job_id: str, due: int, now: int) -> dict[str, str]:
        return {} if due - now > indexes.DELAY_MAX else _waking(job_id, due, now)

    return mock.patch.object(entries, "waking", waking)


def retry_not_in_index() -> Mistake:
    """A retry leaves the index."""
    return changed(
        transitions, "retry", sets=without(*_PLACE), removes=lambda found: (*found, *_PLACE)
    )


def redrive_not_in_index() -> Mistake:
    """A redriven job is not in the index."""
    return changed(transitions, "redrive", sets=without(*_PLACE))


def ends_stay_in_index() -> Mistake:
    """An end forgets the index."""
    return mock.patch.object(transitions, "_INDEXED", ())


def tick_moves_blindly() -> Mistake:
    """A tick moves whatever it has read of, also what has ended."""
    return changed(transitions, "push", condition="attribute_exists(#id)")


def tick_moves_and_sends_nothing() -> Mistake:
    """A tick moves jobs and wakes nobody."""
    return mock.patch.object(ticking, "_can_run", return_value=False)


def no_fence() -> Mistake:
    """Whoever runs may write, once it is running at all."""
    return mock.patch.object(transitions, "_MINE", "#state = :running")


def unconditional_end() -> Mistake:
    """An end has no condition."""
    return mock.patch.object(transitions, "_MINE", "attribute_exists(#id)")


def claim_ignores_lease() -> Mistake:
    """A job is taken from a worker that lives."""
    free = "(#state IN (:queued, :retrying, :running) OR (#state = :waiting AND #left <= :zero))"
    return mock.patch.object(transitions, "_FREE", free)


def take_over_without_fence() -> Mistake:
    """A take-over leaves the fence as it was, so that the old worker passes it."""
    return changed(transitions, "take_over", adds=without("fence"))


def crashes_uncounted() -> Mistake:
    """A job may kill as many workers as it likes."""
    return changed(transitions, "take_over", adds=without("crashes", "attempts"))


@contextmanager
def effect_apart() -> Any:
    """The effects are committed by themselves before the end."""

    @contextmanager
    def transaction(run: runs.Run, result: Any = None) -> Any:
        writes = endings.Writes()
        yield writes
        writes.commit()
        endings.succeed(run._row, result)
        run.ended = True

    with mock.patch.object(runs.Run, "transaction", transaction):
        yield


def key_per_attempt() -> Mistake:
    """An effect elsewhere has another key in each attempt."""
    return mock.patch.object(runs.Run, "key", lambda run, name="": f"{run.id}#{run.attempt}{name}")


def step_without_fence() -> Mistake:
    """A step is stored whoever runs the job by now."""

    def still_mine(row: JobRow) -> dict[str, Any]:
        made = Change("attribute_exists(#id)").arguments(row.id)
        return {name: value for name, value in made.items() if name != "UpdateExpression"}

    return mock.patch.object(transitions, "still_mine", still_mine)


def retry_ignores_cancel() -> Mistake:
    """A retry goes on although the job was cancelled."""
    return changed(transitions, "retry", condition=lenient)


def no_cancel_on_take_over() -> Mistake:
    """Nobody cancels for a dead worker."""

    def cancel(row: JobRow, *, abandoned: bool = False) -> None:
        if not abandoned:
            _cancel(row)

    return mock.patch.object(endings, "cancel", cancel)


@contextmanager
def take_over_ignores_cancel() -> Any:
    """A job that was cancelled is run again when its worker is dead."""

    def take_over(worker: Any, row: JobRow) -> Any:
        row.cancel = False
        return _take_over(worker, row)

    with (
        changed(transitions, "take_over", condition=lenient),
        mock.patch.object(working._Worker, "_take_over", take_over),
    ):
        yield


def redrive_resets_fence() -> Mistake:
    """A new life counts its runs from 0, so that a worker of the last one passes the fence."""
    return changed(transitions, "redrive", sets=lambda found: found | {"fence": 0})


def redrive_keeps_flag() -> Mistake:
    """A job that was flagged and died stays flagged: nobody can claim it."""
    return changed(transitions, "redrive", removes=less("cancel"))


def redrive_is_blind() -> Mistake:
    """A redrive begins anew with what is not dead any more."""
    return changed(transitions, "redrive", condition="attribute_exists(#id)")


def letters_have_random_ids() -> Mistake:
    """A dead letter that comes twice is two jobs."""

    def derived_id(_seconds: float, *_words: object) -> str:
        return secrets.token_hex(13)

    return mock.patch.object(letters, "derived_id", derived_id)


def runs_early() -> Mistake:
    """A claim does not ask whether the job is due."""
    free = "(#state IN (:queued, :retrying) OR (#state = :waiting AND #left <= :zero))"
    return mock.patch.object(transitions, "_FREE", free)
