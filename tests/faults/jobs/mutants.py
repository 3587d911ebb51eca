"""The real code with one mistake each: what the schedules have to find, or they prove nothing."""

from collections.abc import Callable, Iterator, Sequence

from tests.faults.jobs import mistakes_alone as alone
from tests.faults.jobs import mistakes_together as together
from tests.faults.jobs.mistakes_alone import Mistake
from tests.faults.jobs.network import GRAVE, Fault, Sent
from tests.faults.jobs.playing import Played, Schedule, drawn, find, play, with_each
from tests.faults.jobs.world import World

SEARCHED = 100  # schedules of several faults in which a mutant may show itself

# Each with the scenario that gives it away.
MUTANTS: dict[str, tuple[Callable[[], Mistake], str]] = {
    "not_in_index": (alone.not_in_index, "plain"),
    "later_without_index": (alone.later_without_index, "long delay"),
    "retry_not_in_index": (alone.retry_not_in_index, "retry"),
    "redrive_not_in_index": (alone.redrive_not_in_index, "redrive"),
    "ends_stay_in_index": (alone.ends_stay_in_index, "plain"),
    "tick_moves_blindly": (alone.tick_moves_blindly, "long delay"),
    "tick_moves_and_sends_nothing": (alone.tick_moves_and_sends_nothing, "plain"),
    "no_fence": (alone.no_fence, "transaction"),
    "unconditional_end": (alone.unconditional_end, "transaction"),
    "claim_ignores_lease": (alone.claim_ignores_lease, "plain"),
    "runs_early": (alone.runs_early, "retry"),
    "take_over_without_fence": (alone.take_over_without_fence, "plain"),
    "crashes_uncounted": (alone.crashes_uncounted, "poison"),
    "effect_apart": (alone.effect_apart, "transaction"),
    "key_per_attempt": (alone.key_per_attempt, "charge"),
    "step_without_fence": (alone.step_without_fence, "steps"),
    "retry_ignores_cancel": (alone.retry_ignores_cancel, "cancel, failing"),
    "no_cancel_on_take_over": (alone.no_cancel_on_take_over, "cancel, dead worker"),
    "take_over_ignores_cancel": (alone.take_over_ignores_cancel, "cancel, dead worker"),
    "redrive_resets_fence": (alone.redrive_resets_fence, "redrive"),
    "redrive_keeps_flag": (alone.redrive_keeps_flag, "redrive, flagged"),
    "redrive_is_blind": (alone.redrive_is_blind, "redrive"),
    "redrive_takes_no_lock": (together.redrive_takes_no_lock, "redrive, unique"),
    "redriven_child_joins_again": (together.redriven_child_joins_again, "redrive, child"),
    "join_apart": (together.join_apart, "fan-in"),
    "joins_early": (together.joins_early, "fan-in"),
    "chain_apart": (together.chain_apart, "chain"),
    "spawn_ignores_cancel": (together.spawn_ignores_cancel, "cancel, spawning"),
    "spawn_skips_nothing": (together.spawn_skips_nothing, "chunks"),
    "cancel_leaves_children": (together.cancel_leaves_children, "cancel, early"),
    "lock_not_given_back": (together.lock_not_given_back, "unique"),
    "mark_first": (together.mark_first, "calendar"),
    "occurrences_put_blindly": (together.occurrences_put_blindly, "calendar"),
    "letters_have_random_ids": (alone.letters_have_random_ids, "unreadable"),
}


def hunt(world: World, name: str) -> Played | None:
    """The first schedule that shows a mutant: without faults, with one, with several."""
    mistake, scenario = MUTANTS[name]
    calls = play(world, Schedule(scenario)).calls
    with mistake():
        return find(world, _schedules(scenario, calls))


def _schedules(scenario: str, calls: Sequence[Sent]) -> Iterator[Schedule]:
    yield Schedule(scenario)
    for fault in sorted(Fault, key=lambda fault: fault not in GRAVE):
        yield from with_each(calls, scenario, fault)
    yield from drawn(scenario, range(SEARCHED), len(calls))
