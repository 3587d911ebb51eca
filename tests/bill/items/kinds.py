"""The kinds of requests for items."""

import json

from tests.bill.asking import asks
from tests.bill.items.catalogue import NEW_ITEM
from tests.bill.scene import OWNER, Scene


def offered(scene: Scene) -> str:
    """The path of an item of the account's that is offered now."""
    answer = scene.ask(scene.user.event("POST", "/items", NEW_ITEM))
    return f"/items/{json.loads(answer['body'])['id']}"


KINDS = {
    "get_item": asks(lambda scene: scene.user.event("GET", "/items/01JN0000000000000000000001")),
    "get_item_anonymous": asks(
        lambda scene: scene.nobody.event("GET", "/items/01JN0000000000000000000001")
    ),
    "list_newest": asks(lambda scene: scene.user.event("GET", "/items")),
    "list_owner": asks(lambda scene: scene.user.event("GET", "/items", query=f"owner={OWNER}")),
    "search": asks(lambda scene: scene.user.event("GET", "/items", query="q=lamp")),
    "create_item": asks(lambda scene: scene.user.event("POST", "/items", NEW_ITEM)),
    "change_item": asks(
        lambda scene: scene.user.event("PATCH", offered(scene), {"price": f"{scene.number()}.90"})
    ),
    "delete_item": asks(lambda scene: scene.user.event("DELETE", offered(scene))),
}
