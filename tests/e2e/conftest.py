"""A running twin, or a deployed stage in its place."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. A module's own: as long as it runs, nothing else may run a loop."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("this needs Chromium (on Debian: apt-get install chromium)")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=quiet)
        yield started
        started.close()
