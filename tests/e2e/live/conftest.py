"""A twin whose sockets pages of another origin may open, as docs/live.md has it set up."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.e2e.twins import ROOT, Twin


class _Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, *_args: object) -> None:
        """Keep it."""


@pytest.fixture(scope="package")
def pages() -> Iterator[str]:
    """Where the page and the client that it loads are served."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(ROOT)))
    thread = Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://localhost:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture(scope="package")
def open_twin(
    pages: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Twin]:
    """A twin that allows them."""
    if request.config.getoption("--url"):
        pytest.skip("what is deployed allows no pages of this machine")
    folder = tmp_path_factory.mktemp("live")
    (folder / ".env").write_text(f"ALLOWED_ORIGINS={pages}\n")
    with Twin(folder).running() as running:
        yield running
