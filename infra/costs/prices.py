"""What AWS asks: the dated file `prices.json`, and how tiers are counted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "prices.json"


@dataclass(frozen=True, slots=True)
class Tier:
    """What `per` units cost up to an amount, or without end."""

    up_to: float
    price: float


@dataclass(frozen=True, slots=True)
class Price:
    """One price: of what, where it stands, and the newest date on which it was seen there.

    `checked` says that it was seen; what was not is the best known figure. `free` is what every
    account has each month without end.
    """

    service: str
    what: str
    per: float
    tiers: tuple[Tier, ...]
    free: float
    source: str
    as_of: str
    checked: bool
    note: str = ""

    def cost(self, amount: float, *, free: bool = False) -> float:
        """What so many units cost in a month, each tier by its own price."""
        left, begin, cost = max(0.0, amount - (self.free if free else 0)), 0.0, 0.0
        for tier in self.tiers:
            within = min(left, tier.up_to - begin)
            cost += within * tier.price / self.per
            left, begin = left - within, tier.up_to
        return cost


@dataclass(frozen=True, slots=True)
class Prices:
    """All prices of a region at a date, by what they are called in the model."""

    region: str
    as_of: str
    by_id: Mapping[str, Price]


def load_prices(file: Path = _FILE) -> Prices:
    """Read the price file: the one that ships, or another of its form."""
    found = json.loads(file.read_text(encoding="utf-8"))
    by_id = {id_: _price(said) for id_, said in found["prices"].items()}
    return Prices(found["region"], found["as_of"], by_id)


def _price(said: dict[str, Any]) -> Price:
    tiers = tuple(
        Tier(float("inf") if tier["up_to"] is None else tier["up_to"], float(tier["price"]))
        for tier in said["tiers"]
    )
    return Price(**{**said, "tiers": tiers})
