"""What is measured of requests for items is what they are known to ask."""

from tests.bill import meter, scene
from tests.bill.items.kinds import offered


def test_the_meter_sees_what_shards_are_asked_at_once():
    """A list of all items waits twice: for the account, and for sixteen shards together."""
    with scene.opened() as opened:
        event = opened.user.event("GET", "/items")
        opened.ask(event)
        with meter.metered() as found:
            opened.ask(event)
    assert found.calls == {"dynamodb:GetItem": 1, "dynamodb:Query": 16}
    assert found.waits == 2


def test_the_meter_counts_units_by_table():
    """A consistent read of a small row is one unit: the account's, and the item's."""
    with scene.opened() as opened:
        path = offered(opened)
        with meter.metered() as found:
            opened.ask(opened.user.event("GET", path))
    assert found.reads == {"accounts": 1, "items": 1}
