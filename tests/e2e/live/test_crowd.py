"""A thousand sockets on one channel of a running twin."""

import sys
from collections.abc import Iterator

import pytest

from tests.e2e.live import crowds
from tests.e2e.probing import Probed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="accounts sign in from 127.0.0.0/8"),
]


@pytest.fixture(scope="module")
def probed(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Probed]:
    """A twin with a channel for the crowd."""
    if request.config.getoption("--url"):
        pytest.skip("what is deployed is not given a probe")
    running = Probed(tmp_path_factory.mktemp("crowd"))
    running.start()
    yield running
    assert running.stop() == 0


def test_a_thousand_sockets_hear_a_hundred_events_once(probed):
    """Of 200 accounts, as each may have five; in the order in which they were said."""
    outcome = crowds.listen(probed, crowds.tokens(probed, 200), sockets=5, events=100)
    assert (outcome.sockets, outcome.whole) == (1000, 1000), outcome
