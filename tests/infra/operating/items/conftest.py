"""Items, and damage that is done to them."""

import pytest

from tests.infra.operating.conftest import THEN


def items(client):
    """What a list of items shows: id, name and version."""
    found = client.get("/items").body["items"]
    return {item["id"]: (item["name"], item["version"]) for item in found}


@pytest.fixture
def offered(ann, new_item):
    """Three items, by what will become of them."""
    names = {"kept": "kept", "gone": "gone", "renamed": "old"}
    return {
        fate: ann.post("/items", new_item | {"name": name}).body["id"]
        for fate, name in names.items()
    }


@pytest.fixture
def damage(ann, new_item, offered):
    """Deletes an item, renames one, and offers a new one."""

    def do():
        ann.delete(f"/items/{offered['gone']}")
        ann.patch(f"/items/{offered['renamed']}", {"name": "new"})
        offered["added"] = ann.post("/items", new_item | {"name": "added"}).body["id"]

    return do


@pytest.fixture
def damaged(offered, damage, restore):
    """The items after the damage, which came after the point in time."""
    for table in ("items", "item_terms"):
        restore("begin", table, *THEN)
    damage()
    return offered
