"""The protocol with one mistake each: what the explorer has to find, or it proves nothing."""

from tests.faults.protocol import mistakes_alone as alone
from tests.faults.protocol import mistakes_together as together
from tests.faults.protocol.worker import Protocol

RARE = 5000  # schedules in which each has to show itself; some need a rare one

# Each with the scenarios that give it away.
MUTANTS: dict[str, tuple[type[Protocol], tuple[str, ...]]] = {
    "not_in_index": (alone.NotInIndex, ("plain",)),
    "later_without_index": (alone.LaterWithoutIndex, ("later",)),
    "retry_not_in_index": (alone.RetryNotInIndex, ("retry",)),
    "redrive_not_in_index": (alone.RedriveNotInIndex, ("redrive",)),
    "tick_moves_blindly": (alone.TickMovesBlindly, ("plain", "retry")),
    "push_then_no_send": (alone.PushThenNoSend, ("plain",)),
    "no_fence": (alone.NoFence, ("plain", "retry")),
    "unconditional_finish": (alone.UnconditionalFinish, ("plain",)),
    "claim_ignores_lease": (alone.ClaimIgnoresLease, ("plain",)),
    "take_over_without_fence": (alone.TakeOverWithoutFence, ("plain",)),
    "effect_apart": (alone.EffectApart, ("plain",)),
    "external_key_per_attempt": (alone.ExternalKeyPerAttempt, ("external",)),
    "join_apart": (together.JoinApart, ("fan-in",)),
    "joins_early": (together.JoinsEarly, ("fan-in",)),
    "chain_apart": (together.ChainApart, ("chain",)),
    "retry_ignores_cancel": (alone.RetryIgnoresCancel, ("cancel failing",)),
    "release_ignores_cancel": (alone.ReleaseIgnoresCancel, ("release, cancel",)),
    "spawn_ignores_cancel": (together.SpawnIgnoresCancel, ("cancel parent",)),
    "no_cancel_on_take_over": (alone.NoCancelOnTakeOver, ("cancel", "cancel failing")),
    "take_over_ignores_cancel": (alone.TakeOverIgnoresCancel, ("cancel crashed",)),
    "spawn_skips_nothing": (together.SpawnSkipsNothing, ("chunks",)),
    "redriven_child_joins_again": (together.RedrivenChildJoinsAgain, ("redriven child",)),
    "cancel_joins_twice": (together.CancelTrustsItsReading, ("cancel, redriven child",)),
    "cancel_leaves_children": (together.CancelTrustsItsReading, ("cancel parent",)),
    "redrive_resets_fence": (alone.RedriveResetsFence, ("redrive, one attempt",)),
    "redrive_keeps_flag": (together.RedriveKeepsFlag, ("cancel, redrive",)),
    "redrive_takes_no_lock": (together.RedriveTakesNoLock, ("unique, redrive",)),
    "unique_lock_not_released": (together.UniqueLockNotReleased, ("unique",)),
    "unique_write_unchecked": (together.UniqueWriteUnchecked, ("unique",)),
    "cron_mark_first": (together.CronMarkFirst, ("cron",)),
    "cron_puts_blindly": (together.CronPutsBlindly, ("cron",)),
    "crashes_uncounted": (alone.CrashesUncounted, ("poison",)),
}
