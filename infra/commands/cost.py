"""`dunlin cost`: what a month costs, from what the tests measured and a dated price file."""

import argparse
import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from infra.commands.tables import table
from infra.costs import (
    Estimate,
    KindUnmeasured,
    Prices,
    StageUnmeasured,
    Use,
    estimate,
    load_bill,
    load_prices,
)
from infra.costs.tables import count, dollars
from infra.local.terminal import say

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    _Commands = _SubParsersAction[argparse.ArgumentParser]

_HEADINGS = ("SERVICE", "WHAT", "AMOUNT", "US$")
_ASKED = (
    ("requests", "requests to the API, of the usual mix"),
    ("jobs", "jobs, besides those of mails"),
    ("storage", "GB in tables, with their indexes"),
    ("logins", "sign-ins, besides those of the mix"),
    ("mails", "mails, besides those of registrations"),
)


def add(commands: "_Commands") -> None:
    """Add the command."""
    told = "compute what a month costs"
    parser = commands.add_parser("cost", help=told, description=told.capitalize() + ".")
    for name, meaning in _ASKED:
        unit = "GB" if name == "storage" else "N"
        parser.add_argument(f"--{name}", type=amount, default=0.0, metavar=unit, help=meaning)
    parser.add_argument("--stage", default="prod", help="as which stage (default prod)")
    parser.add_argument("--memory", type=megabytes, metavar="MB", help="of the API's function")
    parser.add_argument("--kind", help="all requests are of this kind (docs/cost.md lists them)")
    free = "take off what AWS gives every account each month without end"
    parser.add_argument("--free-tier", action="store_true", help=free)
    parser.add_argument("--prices", type=Path, metavar="FILE", help="of another region or date")
    parser.add_argument("--json", action="store_true", help="print it for scripts")
    parser.set_defaults(command=_cost)


def amount(text: str) -> float:
    """A number that is not below nothing: 1000000, 1_000_000 or 1e6."""
    number = float(text)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError
    return number


def megabytes(text: str) -> int:
    """What Lambda takes: 128 MB to 10 GB."""
    number = int(text)
    if number not in range(128, 10_241):
        raise ValueError
    return number


def _cost(arguments: argparse.Namespace) -> int:
    asked = {name: getattr(arguments, name) for name, _ in _ASKED}
    use = Use(**asked, kind=arguments.kind, memory=arguments.memory)
    try:
        prices = load_prices(arguments.prices) if arguments.prices else load_prices()
        found = estimate(
            use,
            stage=arguments.stage,
            bill=load_bill(),
            prices=prices,
            free=arguments.free_tier,
        )
    except (KindUnmeasured, StageUnmeasured, OSError) as error:
        sys.stderr.write(f"dunlin: {error}\n")
        return 1
    (_say_raw if arguments.json else _say)(found, prices)
    return 0


def _say_raw(found: Estimate, prices: Prices) -> None:
    told = {
        "region": prices.region,
        "as_of": prices.as_of,
        "total": found.total,
        "beyond": found.beyond,
        "services": found.by_service,
        "lines": [dataclasses.asdict(line) for line in found.lines if line.amount],
    }
    say(json.dumps(told))


def _say(found: Estimate, prices: Prices) -> None:
    """A row for each price that is used, then the services and all of it."""
    rows = [
        (line.service, line.what, count(line.amount), dollars(line.dollars))
        for line in found.lines
        if line.amount
    ]
    say(table(_HEADINGS, rows))
    sums = [(name, dollars(cost)) for name, cost in found.by_service.items() if cost]
    say("\n" + table(("SERVICE", "US$ A MONTH"), [*sums, ("all", dollars(found.total))]))
    say(f"\n{prices.region}, prices of {prices.as_of}, before tax. docs/cost.md: what is counted.")
    if found.beyond:
        say("The stage throttles before that: it lets fewer requests a second through on average.")
