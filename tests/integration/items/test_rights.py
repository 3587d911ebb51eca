"""What a refused change of an item leaves behind and tells."""

import pytest


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
