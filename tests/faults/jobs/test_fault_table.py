"""The fault table of jobs.md, row by row: what the scenarios do not say by their name.

| row | tests |
|---|---|
| enqueue | `test_one_fault` of "plain", "transaction", "unique"; `TestEnqueue` |
| delivery | `test_one_fault` with `DOUBLE`, `test_schedules` with chaos; `TestDelivery` |
| batch | "poison", with every fault; `TestBatch` |
| claim; pause; zombies | all scenarios with `LOST`, `CRASH_AFTER`, `FREEZE_*`, `LATE` |
| end | all scenarios with `LOST*`, `CONFLICT`, `CRASH_AFTER`; `TestEnd` |
| crash between state and send | "retry", "redrive", "fan-in", "chunks" with `CRASH_*` and `DOWN` |
| tick | "long delay", "calendar" with every fault; `TestTick` |
| cancel | the scenarios "cancel, ..." with every fault |
| redrive, cron, last children twice | "redrive ...", "calendar", "fan-in"; `TestTwice` |
| results and payloads | "beside", "object"; test_payloads, test_failures (integration) |
| old and new workers | "unknown", "mixed" |
"""

import json
from datetime import timedelta

import pytest

from handler.core.errors import Unavailable
from handler.jobs import enqueue
from infra.local.pump import Odds
from tests.faults.jobs.doings import causes, label_of
from tests.faults.jobs.ledger import text
from tests.faults.jobs.network import Fault
from tests.faults.jobs.playing import Schedule, play
from tests.sample_jobs import HOOKS, OUTSIDE, Tally, Whole, effects

HOUR = 3600


@pytest.fixture
def begun(world):
    """A world in which nothing has happened."""
    world.begin(0)
    with world.quiet():
        yield world
        assert not world.ledger.violations


def ended(world):
    """Settle, and tell how the jobs ended."""
    world.settle()
    return {label_of(row): text(row, "state") for row in world.jobs()}


class TestEnqueue:
    """Putting a job in."""

    def test_what_never_arrives_is_tried_three_times_and_refused(self, begun):
        """Then nothing is there, and the caller knows."""
        begun.network.choose = lambda _sent: Fault.DOWN
        with pytest.raises(Unavailable):
            causes(Tally(key="a"))(begun)
        begun.network.choose = lambda _sent: None
        assert (ended(begun), effects("cause of a")) == ({}, 0)

    def test_no_queue_for_an_hour(self, begun):
        """Jobs wait, and are run when messages are taken again."""
        end = begun.seconds() + HOUR

        def choose(sent):
            return Fault.DOWN if sent.service == "sqs" and begun.seconds() < end else None

        begun.network.choose = choose
        causes(Tally(key="a"))(begun)
        begun.pump.pass_(seconds=HOUR - 1)
        assert effects("a") == 0
        assert (ended(begun), effects("a")) == ({"tally a": "succeeded"}, 1)


class TestDelivery:
    """Messages as no queue ought to hand them out."""

    def test_every_message_comes_again_hours_later(self, begun):
        """Its job has ended, and nothing follows."""
        begun.pump.chaos(1, Odds(doubled=0.0, again=1.0, latest=6 * HOUR))
        causes(Tally(key="a"))(begun)
        begun.pump.deliver()
        begun.pump.calm()
        assert (ended(begun), effects("a"), OUTSIDE["a"]) == ({"tally a": "succeeded"}, 1, 1)

    def test_a_message_comes_again_while_its_job_runs(self, begun):
        """The other delivery finds it taken."""
        begun.network.choose = lambda sent: Fault.DOUBLE if sent.timed else None
        causes(Tally(key="a"))(begun)
        assert (ended(begun), OUTSIDE["a"]) == ({"tally a": "succeeded"}, 1)

    def test_a_purged_queue(self, begun):
        """The tick sends messages again."""
        causes(Tally(key="a"), Tally(key="b"))(begun)
        for _, inbox in begun.pump._inboxes:
            inbox._backend.purge_queue(inbox.name)
        assert ended(begun) == {"tally a": "succeeded", "tally b": "succeeded"}


class TestBatch:
    """Messages that are handed out together."""

    def test_one_that_cannot_be_claimed_comes_again_alone(self, begun):
        """The others of its batch are done with."""
        causes(*(Tally(key=key) for key in "abc"))(begun)
        claims = []

        def choose(sent):
            if sent.operation == "UpdateItem" and sent.by == "worker-fast":
                claims.append(sent)
                return Fault.DOWN if len(claims) == 2 else None
            return None

        begun.network.choose = choose
        begun.pump.deliver()
        assert sum(effects(key) for key in "abc") == 2
        (inbox,) = (one for _, one in begun.pump._inboxes if one.counted()[1])
        assert inbox.counted() == (0, 1, 0)

    @pytest.mark.parametrize(
        "answer", [{"batchItemFailures": [{"itemIdentifier": "?"}]}, "?", {"batchItemFailures": 1}]
    )
    def test_an_answer_that_nobody_understands(self, begun, answer):
        """All come again, and nothing is done twice."""
        causes(Tally(key="a"), Tally(key="b"))(begun)
        begun.answers["worker-fast"] = answer
        begun.pump.deliver()
        assert any(one.counted()[1] for _, one in begun.pump._inboxes)
        ended(begun)
        assert (OUTSIDE["a"], OUTSIDE["b"], effects("a"), effects("b")) == (1, 1, 1, 1)


class TestEnd:
    """Recording how a run ended."""

    def test_other_writers_are_met_again_and_again(self, begun):
        """A few times are nothing; beyond that the job is run again."""
        met = []

        def choose(sent):
            if sent.timed and sent.operation == "TransactWriteItems" and len(met) < 6:
                met.append(sent)
                return Fault.CONFLICT
            return None

        begun.network.choose = choose
        causes(Tally(key="a"))(begun)
        assert (ended(begun), effects("a"), OUTSIDE["a"]) == ({"tally a": "succeeded"}, 1, 2)


class TestTick:
    """The clock's function."""

    @pytest.mark.parametrize("delay", [0, 30, 2000])
    def test_no_tick_for_an_hour_and_no_message(self, begun, delay):
        """The first tick afterwards catches up."""
        begun.network.choose = lambda sent: Fault.DOWN if sent.service == "sqs" else None
        causes(Tally(key="a"), delay=delay)(begun)
        begun.network.choose = lambda _sent: None
        begun.time.now += timedelta(hours=1)
        assert (ended(begun), effects("a")) == ({"tally a": "succeeded"}, 1)

    def test_two_ticks_at_once(self, begun):
        """One of them wakes the job."""
        causes(Tally(key="a"), delay=HOUR)(begun)
        begun.time.now += timedelta(seconds=HOUR)
        nested = []

        def choose(sent):
            if sent.operation == "UpdateItem" and not nested:
                nested.append(sent)
                begun.pump.tick()

        begun.network.choose = choose
        begun.pump.tick()
        visible = [inbox.counted()[0] for _, inbox in begun.pump._inboxes]
        assert (len(nested), sum(visible)) == (1, 1)
        assert ended(begun) == {"tally a": "succeeded"}

    @pytest.mark.parametrize("skew", [-20, 20])
    @pytest.mark.parametrize("function", ["worker-fast", "clock"])
    def test_a_clock_that_is_wrong(self, world, function, skew):
        """No effect is doubled, and nothing runs earlier than the skew."""
        world.begin(0)
        world.skews[function] = skew
        due, runs = world.seconds() + 30, []
        HOOKS["a"] = lambda _run: runs.append(world.seconds())
        with world.quiet():
            causes(Tally(key="a"), delay=30)(world)
            states = ended(world)
        assert (states, effects("a"), len(runs)) == ({"tally a": "succeeded"}, 1, 1)
        assert runs[0] >= due - abs(skew)


class TestTwice:
    """What happens at the same time, or again."""

    def test_the_last_two_children_end_at_once(self, begun):
        """The parent runs once."""
        meeting = []

        def choose(sent):
            if sent.timed and '"left"' in json.dumps(sent.body) and not meeting:
                meeting.append(sent)
                return Fault.DOUBLE  # the other child is run and ends meanwhile
            return None

        enqueue(Whole(key="w", parts=2))
        begun.network.choose = choose
        states = ended(begun)
        assert (len(meeting), states["whole w"]) == (1, "succeeded")
        assert (OUTSIDE["w joined"], effects("w")) == (1, 2)

    @pytest.mark.parametrize("name", ["redrive", "calendar"])
    def test_everything_is_delivered_twice(self, world, name):
        """Each redrive and each occurrence has one effect."""
        world.begin(0)
        played = play(world, Schedule(name, 3, chaos=True))
        assert not played.violations, str(played)
