"""How a bill is written for people: amounts of money and of units, and tables in Markdown."""

from collections.abc import Iterable, Sequence

from infra.costs.bill import Bill
from infra.costs.estimate import estimate
from infra.costs.prices import Price, Prices
from infra.costs.usage import Use

MONTHS = {
    "0": Use(),
    "1 million": Use(requests=1e6, jobs=1e5, storage=1),
    "1 billion": Use(requests=1e9, jobs=1e8, storage=1000),
}
"""What is shown: a job for ten requests, and what ten months of such requests store."""
SMALL, LARGE = "dev", "prod"
_CENTS_BELOW = 1000


def dollars(amount: float) -> str:
    """Money, with cents where they matter."""
    return f"${amount:,.2f}" if amount < _CENTS_BELOW else f"${amount:,.0f}"


def count(amount: float) -> str:
    """A number of units, with no more digits than anybody needs."""
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:.3g}"  # noqa: PLR2004 - three digits


def months(bill: Bill, prices: Prices) -> str:
    """What months cost in each stage, one row for each."""
    rows = [
        (name, count(use.jobs), f"{count(use.storage)} GB", *_totals(use, bill, prices))
        for name, use in MONTHS.items()
    ]
    return _table(
        ("requests a month", "jobs", "stored", f"`{SMALL}`", f"`{LARGE}`"), rows, numbers=4
    )


def _totals(use: Use, bill: Bill, prices: Prices) -> list[str]:
    found = [estimate(use, stage=name, bill=bill, prices=prices) for name in (SMALL, LARGE)]
    return ["throttled" if one.beyond else f"**{dollars(one.total)}**" for one in found]


def services(bill: Bill, prices: Prices) -> str:
    """The same months in the larger stage, one column for each, by service."""
    found = [estimate(use, stage=LARGE, bill=bill, prices=prices) for use in MONTHS.values()]
    rows = [
        (service, *(dollars(one.by_service[service]) for one in found))
        for service in found[0].by_service
    ]
    rows.append(("**all**", *(f"**{dollars(one.total)}**" for one in found)))
    return _table(("service", *(f"{name} requests" for name in MONTHS)), rows, numbers=3)


def idle(bill: Bill, prices: Prices) -> str:
    """What a month without a request costs in each stage, price by price, and what is free."""
    columns = [
        estimate(Use(), stage=name, bill=bill, prices=prices, free=free)
        for name in (SMALL, LARGE)
        for free in (False, True)
    ]
    rows = [
        (lines[0].service, lines[0].what, *(dollars(line.dollars) for line in lines))
        for lines in zip(*(one.lines for one in columns), strict=True)
        if any(line.amount for line in lines)
    ]
    rows.append(("**all**", "", *(f"**{dollars(one.total)}**" for one in columns)))
    heads = [head for name in (SMALL, LARGE) for head in (f"`{name}`", "with what is free")]
    return _table(("service", "what", *heads), rows, numbers=4)


def kinds(bill: Bill) -> str:
    """Each kind that was measured: its calls, its units, its bytes."""
    rows = [
        (
            f"`{name}`",
            str(sum(kind.calls.values())),
            count(sum(kind.reads.values())),
            count(sum(kind.writes.values())),
            str(kind.log_bytes),
            str(kind.response_bytes),
        )
        for name, kind in bill.kinds.items()
    ]
    heads = ("kind", "AWS calls", "read units", "write units", "bytes of log", "bytes of answer")
    return _table(heads, rows, numbers=5)


def prices_of(prices: Prices) -> str:
    """Every price with its source and its date."""
    rows = [
        (price.service, price.what, _tiers(price), _free(price), _source(price))
        for price in prices.by_id.values()
    ]
    return _table(("service", "of what", "price", "free each month", "source"), rows, numbers=0)


def _tiers(price: Price) -> str:
    per = "" if price.per == 1 else f" for {count(price.per)}"
    told = [f"${tier.price:.10f}".rstrip("0") for tier in price.tiers]
    told = [one + "0" * max(0, 2 - len(one.partition(".")[2])) for one in told]
    steps = [f" up to {count(tier.up_to)}" for tier in price.tiers[:-1]]
    return ", then ".join(one + step for one, step in zip(told, [*steps, ""], strict=True)) + per


def _free(price: Price) -> str:
    return count(price.free) if price.free else ""


def _source(price: Price) -> str:
    seen = price.as_of if price.checked else f"{price.as_of}, not checked"
    note = f" {price.note}" if price.note else ""
    return f"[{seen}]({price.source}){note}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int) -> str:
    """A table whose last columns hold numbers."""
    rules = ["---"] * (len(heads) - numbers) + ["---:"] * numbers
    return "".join(f"| {' | '.join(row)} |\n" for row in (heads, rules, *rows))
