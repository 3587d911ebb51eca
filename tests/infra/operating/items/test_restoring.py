"""The drill: items are damaged through the API, and get back what they were."""

import pytest
from botocore.exceptions import ClientError

from infra.operating.account import Account
from infra.operating.restoring import Kind, Restoring
from tests.infra.operating.accounts import denied, endpoint, refer
from tests.infra.operating.items.conftest import items


def test_what_differs_is_counted(damaged, restore):
    """Nothing is written."""
    counted = restore("compare", "items", "--stage", "local")
    assert sorted(counted) == ["added:   1", "changed: 1", "missing: 1", "same:    1"]


def test_rows_that_are_missing_come_back(damaged, ann, restore):
    """Only those: what was changed or added since stays, and a second time finds nothing to do."""
    assert restore("apply", "items", "--stage", "local") == ["brought back: 1", "left alone:   0"]
    names = {name for name, _ in items(ann).values()}
    assert names == {"kept", "gone", "new", "added"}
    again = restore("apply", "items", "--stage", "local")
    assert again == ["brought back: 0", "left alone:   0"]


def test_a_whole_table_goes_back(damaged, ann, restore):
    """What it was, with what finds it: words, and a version that nobody has seen yet."""
    for table in ("items", "item_terms"):
        restore("apply", table, "--changed", "--added", "--stage", "local")
    assert items(ann) == {
        damaged["kept"]: ("kept", 1),
        damaged["gone"]: ("gone", 1),
        damaged["renamed"]: ("old", 3),
    }
    assert [one["name"] for one in ann.get("/items", query="q=old").body["items"]] == ["old"]
    assert ann.get("/items", query="q=added").body["items"] == []
    assert restore("compare", "items", "--stage", "local") == ["same: 3"]


def test_an_item_that_came_back_is_as_good_as_any(damaged, ann, restore):
    """It can be changed, from the version that it now has."""
    restore("apply", "items", "--changed", "--stage", "local")
    answer = ann.patch(
        f"/items/{damaged['renamed']}", {"name": "newer"}, headers={"If-Match": '"3"'}
    )
    assert (answer.status, answer.body["version"]) == (200, 4)


def test_a_row_that_changes_meanwhile_stays(damaged, ann):
    """Nobody's work is lost between the comparison and the write."""
    restoring = Restoring("local", "items", Account())
    found = [one for page in restoring.differences() for one in page if one.kind == Kind.CHANGED]
    ann.patch(f"/items/{damaged['renamed']}", {"name": "newer"})
    assert (len(found), restoring.bring_back(found)) == (1, 0)
    assert items(ann)[damaged["renamed"]] == ("newer", 3)


def test_a_row_that_came_meanwhile_stays(damaged, ann):
    """A missing row is only put where there still is none."""
    restoring = Restoring("local", "items", Account())
    found = [one for page in restoring.differences() for one in page if one.kind == Kind.MISSING]
    assert [restoring.bring_back(found) for _ in range(2)] == [1, 0]


def test_a_write_that_is_refused_ends_it(damaged, monkeypatch):
    """It is no row that was left alone."""
    found = [one for page in Restoring("local", "items", Account()).differences() for one in page]
    with endpoint(denied) as url:
        refer(monkeypatch, url, ["DYNAMODB"])
        with pytest.raises(ClientError):
            Restoring("local", "items", Account()).bring_back(found)
