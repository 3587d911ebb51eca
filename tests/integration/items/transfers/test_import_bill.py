"""What an import costs: what its items cost by themselves, and a little for its jobs."""

import csv
import gzip
import io
from itertools import islice

import pytest

from handler.items.models import Item
from handler.items.terms import terms_of
from handler.transfers import plans
from tests.e2e.items.conftest import SAMPLE, diamond
from tests.integration.jobs.meter import metered
from tests.integration.transfers.conftest import stored

ROWS = 40


@pytest.fixture
def bill(ann, time, jobs, monkeypatch):
    """The bill of an import of diamonds, in two chunks."""
    monkeypatch.setattr(plans, "ROWS", ROWS // 2)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["name", "description", "price", "currency", "tags"])
    writer.writeheader()
    with gzip.open(SAMPLE, "rt") as lines:
        for item in map(diamond, islice(csv.DictReader(lines), ROWS)):
            writer.writerow({**item, "tags": " ".join(item["tags"])})
    ann.post("/imports", {"file_id": stored("ann", text.getvalue()), "format": "csv"})
    with metered() as found:
        jobs.deliver()
    return found


def test_an_import_costs_its_items_and_its_jobs(bill):
    """Two units for an item in a transaction, four for its indexes, two for each word and tag."""
    items = list(Item.scan())
    own = sum(2 + 4 + 2 * len(terms_of(item)) for item in items)
    assert len(items) == ROWS
    assert bill.writes - own == 29


def test_an_import_reads_nothing_of_its_items(bill):
    """Its file, its jobs and its account are read, and no row of the catalogue."""
    assert bill.reads == 10


def test_an_import_makes_a_call_for_several_items(bill):
    """Six for these, as many in each as fit 100 writes; four more are its jobs' own."""
    assert bill.calls.count("TransactWriteItems") == 6 + 4
