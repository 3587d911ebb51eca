"""A running twin, and a real catalogue in it."""

import contextlib
import csv
import gzip
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.sellers import Seller, Sellers

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).parent / "data" / "diamonds.csv.gz"
_RUNNING = "Ctrl-C ends it."  # the end of the banner
PATIENCE = 60  # seconds a start may take on a busy machine


class Twin:
    """`dunlin run` in a folder of its own, as a user starts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for package in ("handler", "infra"):  # those that these tests are about, wherever they are
            (folder / package).symlink_to(ROOT / package)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it runs: then its demo accounts are open too."""
        said = self._said().count(_RUNNING)
        command = [sys.executable, "-m", "infra.cli", "run", "--port", str(self._port)]
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=self._folder, env=self._environment(), stdout=log, stderr=log
        )
        log.close()
        patience_ends = time.monotonic() + PATIENCE
        while self._said().count(_RUNNING) == said:
            assert self._process.poll() is None, self._said()
            assert time.monotonic() < patience_ends, self._said()
            time.sleep(0.05)

    def stop(self) -> int:
        """End it as Ctrl-C does; returns its exit code."""
        assert self._process
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE)

    def restart(self) -> None:
        """Stop and start."""
        assert self.stop() == 0
        self.start()

    def _environment(self) -> dict[str, str]:
        coverage = {name: value for name, value in os.environ.items() if "COVERAGE" in name}
        own = {"PATH": os.environ["PATH"], "HOME": str(self._folder)}
        return own | coverage

    def _said(self) -> str:
        log = self._folder / "log"
        return log.read_text() if log.exists() else ""


@dataclass
class Catalogue:
    """What was loaded, by id, and who sells it."""

    twin: Twin
    sellers: Sellers
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, seller: Seller) -> dict[str, dict[str, Any]]:
        """The items of a seller."""
        return {id_: item for id_, item in self.items.items() if item["owner_id"] == seller.id}

    def get(self, path: str) -> httpx.Response:
        """GET, as any of the sellers."""
        return self.sellers.next().ask("GET", path)

    def patch(self, id_: str, etag: str, **changes: Any) -> httpx.Response:
        """Change an item that has that ETag, as its seller."""
        seller = self.sellers.of(self.items[id_]["owner_id"])
        return seller.ask("PATCH", f"/items/{id_}", json=changes, headers={"If-Match": etag})

    def pages(self, **query: Any) -> Iterator[list[dict[str, Any]]]:
        """All pages of a list, to one of the sellers: a cursor is its caller's own."""
        caller = self.sellers.next()
        cursor: str | None = None
        while True:
            asked = {**query, **({"cursor": cursor} if cursor else {})}
            answer = caller.ask("GET", "/items", params=asked)
            assert answer.status_code == 200, answer.text
            yield answer.json()["items"]
            cursor = answer.json()["next"]
            if cursor is None:
                return

    def ids(self, **query: Any) -> list[str]:
        """The ids of a list, from all its pages."""
        return [item["id"] for page in self.pages(**query) for item in page]


def diamond(row: dict[str, str]) -> dict[str, Any]:
    """A row of the catalogue as an item."""
    return {
        "name": f"{row['cut']} diamond, {row['carat']} ct, {row['color']} {row['clarity']}",
        "description": f"Depth {row['depth']} %, table {row['table']} %, "
        f"{row['x']} x {row['y']} x {row['z']} mm.",
        "price": row["price"],
        "currency": "USD",
        "tags": [row["cut"].lower().replace(" ", "-"), f"color-{row['color'].lower()}"],
    }


def load(catalogue: Catalogue, source: Path) -> None:
    """Offer every row, four at a time, the sellers in turn.

    Each has a key, so that a repetition is no second item.
    """
    sellers = catalogue.sellers.all

    def offer(numbered: tuple[int, dict[str, str]]) -> dict[str, Any]:
        number, row = numbered
        key = {"Idempotency-Key": f"diamond-{number:08}"}
        seller = sellers[number % len(sellers)]
        answer = seller.ask("POST", "/items", json=diamond(row), headers=key)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    with gzip.open(source, "rt") as lines, ThreadPoolExecutor(4) as hands:
        for item in hands.map(offer, enumerate(csv.DictReader(lines))):
            catalogue.items[item["id"]] = item


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin with its demo data."""
    running = Twin(tmp_path_factory.mktemp("twin"))
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def catalogue(twin: Twin, request: pytest.FixtureRequest) -> Iterator[Catalogue]:
    """The catalogue, loaded once."""
    with contextlib.closing(Sellers(twin.url)) as sellers:
        found = Catalogue(twin, sellers)
        begun = time.monotonic()
        load(found, Path(request.config.getoption("--catalogue") or SAMPLE))
        print(f"\nloaded {len(found.items)} items in {time.monotonic() - begun:.1f} s")  # noqa: T201 - with -s
        yield found
