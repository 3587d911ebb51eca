"""A real catalogue, in a running twin or a deployed stage."""

import contextlib
import csv
import gzip
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.items.sellers import Seller, Sellers
from tests.e2e.places import Place

SAMPLE = Path(__file__).parent / "data" / "diamonds.csv.gz"


@dataclass
class Catalogue:
    """What was loaded, by id, and who sells it."""

    place: Place
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
def catalogue(place: Place, request: pytest.FixtureRequest) -> Iterator[Catalogue]:
    """The catalogue, loaded once."""
    with contextlib.closing(Sellers(place)) as sellers:
        found = Catalogue(place, sellers)
        begun = time.monotonic()
        load(found, Path(request.config.getoption("--catalogue") or SAMPLE))
        print(f"\nloaded {len(found.items)} items in {time.monotonic() - begun:.1f} s")  # noqa: T201 - with -s
        yield found
