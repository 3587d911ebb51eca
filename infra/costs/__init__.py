"""What a month costs, computed from what the tests measured and from a dated price file."""

from infra.costs.bill import Bill, StageUnmeasured, load_bill
from infra.costs.estimate import Estimate, Line, estimate
from infra.costs.prices import Prices, load_prices
from infra.costs.usage import KindUnmeasured, Use

__all__ = [
    "Bill",
    "Estimate",
    "KindUnmeasured",
    "Line",
    "Prices",
    "StageUnmeasured",
    "Use",
    "estimate",
    "load_bill",
    "load_prices",
]
