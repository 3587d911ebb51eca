"""The tables of the README and of docs/cost.md, which are computed from the bill."""

import re
from collections.abc import Callable
from pathlib import Path

from infra.costs import load_bill, load_prices, tables

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/cost.md")

_TABLES: dict[str, Callable[[], str]] = {
    "months": lambda: tables.months(load_bill(), load_prices()),
    "services": lambda: tables.services(load_bill(), load_prices()),
    "idle": lambda: tables.idle(load_bill(), load_prices()),
    "kinds": lambda: tables.kinds(load_bill()),
    "prices": lambda: tables.prices_of(load_prices()),
}
_MARKED = re.compile(r"(?<=<!-- cost: )(\w+)( -->\n).*?(?=<!-- /cost -->)", re.DOTALL)


def refreshed(text: str) -> str:
    """A document with each table between its marks as it must be now."""
    return _MARKED.sub(lambda found: f"{found[1]}{found[2]}{_TABLES[found[1]]()}", text)


def marked(text: str) -> list[str]:
    """The names of the tables that a document has a place for."""
    return [found[1] for found in _MARKED.finditer(text)]


def write() -> None:
    """Write the tables anew."""
    for name in DOCUMENTS:
        file = ROOT / name
        file.write_text(refreshed(file.read_text()))
