"""Durable jobs through running twins: killed workers, stopped twins, doubled messages.

What the twins go through is in `trials`; here is what must be so afterwards.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Semaphore

import httpx
import pytest

from tests.e2e import trials
from tests.e2e.probing import Probed, Seen
from tests.e2e.trials import Outcome

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc"),
]

_CLOCK = 60
"""Seconds before which the clock wakes no job: what is there sooner came by its message."""


@pytest.fixture(scope="module")
def twins(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[dict[str, Probed]]:
    """A twin for each play, not started yet."""
    if request.config.getoption("--url"):
        pytest.skip("what is deployed is neither killed nor given a probe")
    made = {
        play.__name__: Probed(tmp_path_factory.mktemp(play.__name__), options)
        for play, options in trials.PLAYS.items()
    }
    with ExitStack() as ends:
        for twin in made.values():
            ends.callback(twin.stop)
        yield made


@pytest.fixture(scope="module")
def outcomes(twins) -> dict[str, Outcome]:
    """What came of all plays, which run at the same time: most of each is waiting."""
    starting = Semaphore(2)  # at a time, so that the first soon runs

    def perform(play: Callable[[Probed], Outcome]) -> Outcome:
        with starting:
            twins[play.__name__].start()
        return play(twins[play.__name__])

    with ThreadPoolExecutor(len(twins)) as stages:
        found = stages.map(perform, trials.PLAYS)
        return dict(zip(twins, found, strict=True))


@pytest.fixture(scope="module")
def killed(outcomes) -> Outcome:
    """After workers were killed."""
    return outcomes["kill_workers"]


def test_a_mail_comes_without_waiting_for_the_clock(killed):
    """Its job runs as soon as its message is there."""
    twin, address = killed.twin, "newcomer@example.org"
    account = {"email": address, "password": "a spoonbill in the shallows"}
    answer = httpx.post(f"{twin.url}/register", json=account, timeout=60)
    assert answer.status_code == 202, answer.text

    def has_come() -> bool:
        asked = {"params": {"to": address}, "headers": {"Accept": "application/json"}}
        return bool(httpx.get(f"{twin.url}/_local/mail", timeout=60, **asked).json()["items"])

    assert twin.wait(has_come, _CLOCK / 2)


def test_workers_were_killed_at_work(killed):
    """Some of the kills met a worker with a batch in its hands: else nothing is proven here."""
    assert "Runtime exited" in killed.twin.log()


def test_every_job_has_its_effect_once_though_workers_are_killed(killed):
    """None is lost with its worker, none is doubled by the next."""
    assert killed.seen == Seen(distinct=300, least=1, greatest=1)


def test_every_job_has_its_effect_once_though_the_twin_is_stopped(outcomes):
    """Rows survive, messages do not: the clock sends others."""
    assert outcomes["stop"].seen == Seen(distinct=1000, least=1, greatest=1)


def test_every_saved_job_has_its_effect_once_though_the_twin_is_killed(outcomes):
    """What the twin did in its last two seconds it has forgotten: the ends, but the effects too.

    They stand in one transaction, so a job that runs again has no second effect. Jobs that were
    enqueued in these seconds may be forgotten as well; those that were enqueued before are not.
    """
    assert outcomes["pull_the_plug"].early == Seen(distinct=800, least=1, greatest=1)


def test_no_job_has_its_effect_twice_though_the_twin_is_killed(outcomes):
    """Neither one that was saved nor one that was not."""
    assert outcomes["pull_the_plug"].seen.greatest == 1


def test_every_job_has_its_effect_once_on_a_strict_twin(outcomes):
    """Messages are handed out twice and in any order, and functions frozen between them."""
    assert outcomes["be_strict"].seen == Seen(distinct=200, least=1, greatest=1)


def test_no_job_is_listed_as_dead(killed):
    """`dunlin jobs list --state dead`: being killed is no failure of a job."""
    assert killed.twin.ask("jobs", "list", "--state", "dead")["items"] == []


def test_a_job_is_shown_as_succeeded(killed):
    """`dunlin jobs show`."""
    shown = killed.twin.ask("jobs", "show", killed.ids[0])["job"]
    assert (shown["id"], shown["name"], shown["state"]) == (killed.ids[0], "probe.run", "succeeded")


def test_jobs_are_counted(killed):
    """`dunlin jobs stats`: minutes that are over have been written down."""
    hours = killed.twin.ask("jobs", "stats")["items"]
    assert sum(hour["enqueued"] for hour in hours) >= len(killed.ids)


@pytest.mark.parametrize("play", [play.__name__ for play in trials.PLAYS])
def test_no_job_is_lost(outcomes, play):
    """`dunlin jobs reconcile`: there is none that nobody would ever look at."""
    found = outcomes[play].twin.ask("jobs", "reconcile")
    assert found["lost"] == []
    assert found["seen"] > 0
