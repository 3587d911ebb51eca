"""Who may do what with an item that is not on sale (threats D1)."""

import pytest

from tests.client import Client
from tests.integration.test_rights import ITEM, WHO, Cast, expected

HIDDEN = {
    "GET /items/{item_id}": (200, "?--?xxx"),
    "PUT /items/{item_id}": (200, "---?xxx"),
    "PATCH /items/{item_id}": (200, "---?xxx"),
    "PUT /items/{item_id}/photos": (200, "---?xxx"),
    "DELETE /items/{item_id}": (204, "---?xxx"),
}
"""Who may not see it is not told that it is there."""


def offer_hidden():
    """The id of an item of Ann's that is not on sale."""
    return Client().signed_in("ann").post("/items", ITEM | {"is_available": False}).body["id"]


@pytest.mark.parametrize(("route", "done", "marks"), [(r, *row) for r, row in HIDDEN.items()])
def test_a_hidden_item_is_not_found_by_others(aws, time, route, done, marks):
    """Who may not see an item is not told that it may not be changed either."""
    cast = Cast(time)
    got = {who: cast.ask(route, who, n, {"item_id": offer_hidden}) for n, who in enumerate(WHO)}
    assert got == expected(done, marks)
