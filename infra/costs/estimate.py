"""What a month costs: the amounts that are used, times what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.costs.assumptions import SECONDS
from infra.costs.bill import Bill
from infra.costs.prices import Prices
from infra.costs.usage import Use, amounts


@dataclass(frozen=True, slots=True)
class Line:
    """What one price makes of a month."""

    id: str
    service: str
    what: str
    amount: float
    dollars: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month's bill. It is `beyond` when the stage lets fewer requests through."""

    lines: tuple[Line, ...]
    beyond: bool

    @property
    def total(self) -> float:
        """US dollars."""
        return sum(line.dollars for line in self.lines)

    @property
    def by_service(self) -> Mapping[str, float]:
        """US dollars by service, in the order of the price file."""
        found: dict[str, float] = {}
        for line in self.lines:
            found[line.service] = found.get(line.service, 0) + line.dollars
        return found


def estimate(use: Use, *, stage: str, bill: Bill, prices: Prices, free: bool = False) -> Estimate:
    """Compute what a month costs in a stage; `free` takes off what every account has free.

    Raises StageUnmeasured, KindUnmeasured.
    """
    standing = bill.stage(stage)
    used = amounts(use, bill, standing)
    lines = (
        Line(id_, price.service, price.what, used.get(id_, 0), _cost(used, id_, prices, free=free))
        for id_, price in prices.by_id.items()
    )
    most = standing.requests_per_second * SECONDS
    return Estimate(tuple(lines), beyond=use.requests + use.logins > most)


def _cost(used: Mapping[str, float], id_: str, prices: Prices, *, free: bool) -> float:
    return prices.by_id[id_].cost(used.get(id_, 0), free=free)
