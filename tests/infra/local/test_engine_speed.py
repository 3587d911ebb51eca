"""What the engine's work costs does not grow with the table."""

import time

import pytest
from moto.dynamodb.models import dynamodb_backends

from infra.local import engine
from infra.local.places import ACCOUNT, REGION
from tests.infra.local.shelves import SHELF, TABLE, row

pytestmark = pytest.mark.slow


def _fastest(work, sizes):
    """The shortest of many processor times for each size, in turns: noise meets all alike."""
    times = {size: [] for size in sizes}
    for _ in range(30):
        for size in sizes:
            begun = time.thread_time()
            work(f"rows-{size}")
            times[size].append(time.thread_time() - begun)
    return [min(found) for found in times.values()]


@pytest.fixture
def two_sizes(ask):
    """A table of 1,000 rows and one of 50,000."""
    for size in (1000, 50_000):
        ask("CreateTable", **TABLE | {"TableName": f"rows-{size}"})
        table = dynamodb_backends[ACCOUNT][REGION].tables[f"rows-{size}"]
        engine.load(table, (row(f"r{number:06}", rank=number) for number in range(size)))
    return ask


def test_a_page_costs_the_same_in_a_large_table(two_sizes):
    """A page of 25 takes at 50,000 rows at most twice as long as at 1,000."""
    middle = {"id": {"S": "r000500"}, "shelf": {"S": "a"}, "rank": {"N": "500"}}
    query = SHELF | {"Limit": 25, "ExclusiveStartKey": middle}

    def page(table):
        for _ in range(5):
            assert two_sizes("Query", **query | {"TableName": table})["Count"] == 25

    small, large = _fastest(page, (1000, 50_000))
    assert large / small < 2


def test_a_transaction_costs_the_same_in_a_large_table(two_sizes):
    """A transaction of 10 rows takes at 50,000 rows at most twice as long as at 1,000."""

    def transact(table):
        parts = [{"Put": {"TableName": table, "Item": row(f"t{n}", rank=n)}} for n in range(10)]
        for _ in range(5):
            two_sizes("TransactWriteItems", TransactItems=parts)

    small, large = _fastest(transact, (1000, 50_000))
    assert large / small < 2
