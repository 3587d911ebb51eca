"""What follows for items when an account closes: they go, whatever happens meanwhile."""

import pytest

from handler.items.models import Item
from handler.jobs import enqueue
from tests.integration.jobs.test_closing import close, close_with_crash
from tests.sample_jobs import Plain

ITEM = {"name": "Brass lamp", "price": "12.50", "currency": "EUR"}


def test_items_of_a_closed_account_are_withdrawn(time, jobs, ann, max_):
    """And nobody else's."""
    for _ in range(3):
        assert ann.post("/items", ITEM).status == 201
    kept = max_.post("/items", ITEM).body["id"]
    close(ann, jobs)
    assert [one.id for one in Item.scan()] == [kept]


@pytest.mark.parametrize("call", [2, 7, 16])
def test_closing_survives_a_crash(time, jobs, ann, wire, call):
    """After any call to DynamoDB the process may end; a slow one is given up after 900 s."""
    for _ in range(2):
        ann.post("/items", ITEM)
        enqueue(Plain(), owner="ann", delay=24 * 3600)
    close_with_crash(ann, jobs, wire, call)
    assert list(Item.scan()) == []
