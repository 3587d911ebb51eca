"""A running twin, or a deployed stage in its place."""

from collections.abc import Iterator

import pytest

from tests.e2e.places import Deployed, Place
from tests.e2e.twins import Twin


@pytest.fixture(scope="session")
def place(request: pytest.FixtureRequest) -> Place:
    """What `--url` says is deployed; without it a twin."""
    url = request.config.getoption("--url")
    return Deployed(url) if url else request.getfixturevalue("twin")


@pytest.fixture(scope="session")
def twin(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Twin]:
    """A twin with its demo data."""
    if request.config.getoption("--url"):
        pytest.skip("this is about twins")
    with Twin(tmp_path_factory.mktemp("twin")).running() as running:
        yield running
