"""Who may do what: every route of the document, asked by everybody (threats D1)."""

import pytest

from handler import api

WHO = ("anonymous", "expired", "owner", "other", "moderator", "admin")

RIGHTS = {
    ("GET", "/health"): (200, 200, 200, 200, 200, 200),
    ("GET", "/health/ready"): (200, 200, 200, 200, 200, 200),
    ("GET", "/info"): (200, 200, 200, 200, 200, 200),
    ("GET", "/items"): (200, 401, 200, 200, 200, 200),
    ("POST", "/items"): (401, 401, 201, 201, 201, 201),
    ("GET", "/items/{item_id}"): (200, 401, 200, 200, 200, 200),
    ("PUT", "/items/{item_id}"): (401, 401, 200, 403, 200, 200),
    ("PATCH", "/items/{item_id}"): (401, 401, 200, 403, 200, 200),
    ("DELETE", "/items/{item_id}"): (401, 401, 204, 403, 204, 204),
}
"""The status that each of WHO gets, for an item that is on sale."""
HIDDEN = {
    ("GET", "/items/{item_id}"): (404, 401, 200, 404, 200, 200),
    ("PUT", "/items/{item_id}"): (401, 401, 200, 404, 200, 200),
    ("PATCH", "/items/{item_id}"): (401, 401, 200, 404, 200, 200),
    ("DELETE", "/items/{item_id}"): (401, 401, 204, 404, 204, 204),
}
"""The same for an item that is not."""

BODIES = {"POST": {}, "PUT": {}, "PATCH": {"name": "Tin lamp"}}


def cells(table):
    """The table cell by cell."""
    return [
        pytest.param(*route, who, status, id=f"{' '.join(route)} {who}")
        for route, statuses in table.items()
        for who, status in zip(WHO, statuses, strict=True)
    ]


@pytest.fixture
def callers(anonymous, ann, max_, moderator, time):
    """Everybody, by what they are to the item."""
    expired = anonymous.signed_in("ann")
    time.pass_(hours=12)
    return {
        "anonymous": anonymous,
        "expired": expired,
        "owner": anonymous.signed_in("ann"),
        "other": anonymous.signed_in("max"),
        "moderator": anonymous.signed_in("mod", "moderator"),
        "admin": anonymous.signed_in("root", "admin"),
    }


def ask(callers, new_item, method, path, who, *, is_available):
    """Ask for a route about an item of the owner's."""
    body = new_item | {"is_available": is_available}
    item = callers["owner"].post("/items", body).body
    sent = {**new_item, **BODIES[method]} if method in BODIES else None
    if method == "PATCH":
        sent = BODIES[method]
    return callers[who].ask(method, path.format(item_id=item["id"]), sent)


def test_the_table_is_complete():
    """A route that the table does not know fails here."""
    paths = api.create_app().openapi()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert routes == RIGHTS.keys()


@pytest.mark.parametrize(("method", "path", "who", "status"), cells(RIGHTS))
def test_everybody_may_what_the_table_says(callers, new_item, method, path, who, status):
    """Each caller gets exactly this status."""
    answer = ask(callers, new_item, method, path, who, is_available=True)
    assert answer.status == status


@pytest.mark.parametrize(("method", "path", "who", "status"), cells(HIDDEN))
def test_a_hidden_item_is_not_found_by_others(callers, new_item, method, path, who, status):
    """Who may not see an item is not told that it may not be changed either."""
    answer = ask(callers, new_item, method, path, who, is_available=False)
    assert answer.status == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("fields", [{"name": "Tin"}, {"price": 1}, {"currency": "KWD"}])
def test_a_refused_change_changes_nothing(ann, max_, offer, new_item, method, fields):
    """Another's attempt leaves the item as it was, in the fast way and in the slow one."""
    item = offer()
    body = {"PUT": new_item | fields, "PATCH": fields}.get(method)
    assert max_.ask(method, f"/items/{item['id']}", body).code == "not_your_item"
    assert ann.get(f"/items/{item['id']}").body == item


@pytest.mark.parametrize("fields", [{"name": "Tin"}, {"price": 1}, {"price": "0.001"}])
def test_rights_come_before_versions_and_values(max_, offer, fields):
    """Who may not change an item learns neither its version nor its currency's digits."""
    path = f"/items/{offer()['id']}"
    answer = max_.patch(path, fields, headers={"If-Match": '"9"'})
    assert answer.code == "not_your_item"
