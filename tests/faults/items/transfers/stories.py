"""Stories of transfers that are played with a fault at each call, and how they have to end."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest import mock

from handler import files
from handler.core.auth import Caller, Role
from handler.files import File
from handler.items import bulk
from handler.items.bulk import Offered
from handler.items.models import Item
from handler.items.schemas import ItemIn
from handler.items.terms import terms_of
from handler.jobs import JobCancelled, JobTimeout
from handler.jobs.endings import Superseded
from handler.transfers import exports, imports, plans
from handler.transfers.schemas import ExportIn, ImportIn
from tests.client import open_account
from tests.faults.conftest import in_order
from tests.faults.jobs.ledger import text
from tests.faults.jobs.network import Fault, Sent
from tests.faults.jobs.world import World

ANN = Caller("ann", Role.USER)
_ROWS = [f"Lamp {number},{number},EUR,brass" for number in range(1, 6)]
_FILE = "\r\n".join(["name,price,currency,tags", *_ROWS, "Broken,x,EUR,", ""]).encode()
_NAMES = [f"Lamp {number}" for number in range(1, 6)]


@dataclass(frozen=True)
class Story:
    """What there is before, what is asked for, and what is wrong in the end, if anything."""

    before: Callable[[], Any]
    ask: Callable[[Any], Any]
    wrongs: Callable[[World], Iterator[str]]


def play(world: World, story: Story, fault: Fault | None, at: int) -> tuple[list[str], list[Sent]]:
    """Play a story with a fault at one call. Returns what is wrong in the end, and all calls."""
    calls: list[Sent] = []
    world.begin(0)
    open_account(ANN.id)
    thing = story.before()
    world.network.clear()
    world.persistent = True

    def choose(sent: Sent) -> Fault | None:
        calls.append(sent)
        world.let_arrive()
        return fault if sent.number == at else None

    world.network.choose = choose
    try:
        with _small_pieces(), world.quiet():
            world.call(lambda: story.ask(thing))
            world.settle()
    except (Exception, Superseded, JobCancelled, JobTimeout) as error:  # noqa: BLE001 - is found
        world.ledger.violations.append(f"nobody catches {error!r}")
    world.network.clear()
    wrongs = [*world.ledger.violations, *_of_jobs(world)]
    return wrongs or list(story.wrongs(world)), calls


def _small_pieces() -> ExitStack:
    """Chunks of two rows, parts of two rows: several of each."""
    stack = ExitStack()
    for module, name, value in (
        (plans, "ROWS", 2),
        (exports, "PART", 1),
        (exports, "_RUN", 2),
        (bulk, "_PAGE", 2),
    ):
        stack.enter_context(mock.patch.object(module, name, value))
    return stack


def _of_jobs(world: World) -> Iterator[str]:
    for row in world.jobs():
        if text(row, "state") != "succeeded":
            told = [text(row, name) for name in ("name", "state", "error", "message")]
            yield " ".join(told)


def _result(world: World, name: str) -> dict[str, Any]:
    (job,) = [row for row in world.jobs() if text(row, "name") == name]
    return json.loads(text(job, "result"))


def _content(told: dict[str, Any]) -> str:
    found = File.find(told["file_id"])
    assert found
    return b"".join(files.open_content(found)).decode()


def _rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


def _of_import(world: World) -> Iterator[str]:
    found = [Item.from_raw_data(row) for row in world.database.rows("items")]
    terms = [term.serialize() for item in found for term in terms_of(item).values()]
    if _names(found) != _NAMES:
        yield f"there are {_names(found)}"
    if in_order(world.database.rows("item_terms")) != in_order(terms):
        yield "the terms are not those of the items"
    result = _result(world, "transfers.import")
    counts = {"rows": 6, "imported": 5, "refused": 1}
    if result != result | counts:
        yield f"the report counts {result}"
    if [row["line"] for row in _rows(_content(result["report"]))] != ["7"]:
        yield "the report names other lines"


def _names(found: Sequence[Item]) -> list[str]:
    return [item.name for item in sorted(found, key=lambda item: item.id)]


def _of_export(world: World) -> Iterator[str]:
    result = _result(world, "transfers.export")
    named = [row["name"] for row in _rows(_content(result))]
    if named != _NAMES or result["rows"] != len(_NAMES):
        yield f"it has {result['rows']} rows, {named}"
    if len(world.database.rows("files")) != 1:
        yield "there are several files"


def _stored() -> str:
    return files.store(ANN.id, name="a.csv", content_type="text/csv", content=_FILE).id


def _offered() -> None:
    """Five items."""
    content = [ItemIn(name=name, price="1", currency="EUR") for name in _NAMES]
    offers = [Offered(f"01K0N4Q7Y2V9S6T3R8W5X1Z0A{n}", one) for n, one in enumerate(content)]
    bulk.create_missing(ANN.id, offers)


STORIES = {
    "import": Story(
        _stored,
        lambda file_id: imports.request_import(ANN, ImportIn(file_id=file_id, format="csv")),
        _of_import,
    ),
    "export": Story(
        _offered,
        lambda _: exports.request_export(ANN, ExportIn(kind="items", format="csv")),
        _of_export,
    ),
}
