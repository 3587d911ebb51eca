"""A hundred sockets on one channel of a running twin."""

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
    with Probed(tmp_path_factory.mktemp("crowd")).running() as running:
        yield running


def test_a_hundred_sockets_hear_twenty_events_once(probed):
    """Of 20 accounts, as each may have five; in the order in which they were said."""
    outcome = crowds.listen(probed, crowds.tokens(probed, 20), sockets=5, events=20)
    assert (outcome.sockets, outcome.whole) == (100, 100), outcome
