"""What requests cost: exactly these calls to DynamoDB, however large the catalogue is (A1, D1)."""

from collections import Counter

import pytest

KEY = {"Idempotency-Key": "a-key-of-sixteen-characters"}
FIELDS = {
    "put": {"name": "Tin lamp", "price": 1, "currency": "EUR"},
    "price": {"price": "1"},
    "description": {"description": "Bent."},
    "available": {"is_available": False},
    "currency": {"currency": "KWD"},
    "name": {"name": "Tin lamp"},
    "tags": {"tags": []},
}


@pytest.fixture
def calls(wire):
    """What was called since it was last asked."""

    def since():
        found = dict(Counter(wire.calls))
        wire.calls.clear()
        return found

    return since


@pytest.fixture
def path(offer, calls):
    """An item of ann's, whose creation is not counted."""
    path = f"/items/{offer()['id']}"
    calls()
    return path


class TestOneItem:
    """Requests about one item."""

    def test_create(self, ann, new_item, calls):
        """Creating is one transaction."""
        ann.post("/items", new_item)
        assert calls() == {"TransactWriteItems": 1}

    def test_create_with_a_key(self, ann, new_item, calls):
        """A key costs one write more, and a replay that write alone."""
        ann.post("/items", new_item, headers=KEY)
        assert calls() == {"PutItem": 1, "TransactWriteItems": 1}
        ann.post("/items", new_item, headers=KEY)
        assert calls() == {"PutItem": 1}

    @pytest.mark.parametrize("headers", [{}, {"If-None-Match": '"1"'}])
    def test_get(self, ann, path, calls, headers):
        """Reading is one read."""
        ann.get(path, headers=headers)
        assert calls() == {"GetItem": 1}

    @pytest.mark.parametrize("headers", [{}, {"If-Match": '"1"'}])
    @pytest.mark.parametrize("change", ["price", "description", "available", "currency"])
    def test_patch(self, ann, path, calls, change, headers):
        """A change of what no word or tag depends on is one conditional write."""
        assert ann.patch(path, FIELDS[change], headers=headers).status == 200
        assert calls() == {"UpdateItem": 1}

    @pytest.mark.parametrize("change", ["name", "tags"])
    def test_patch_of_what_it_is_found_by(self, ann, path, calls, change):
        """A change of words reads once and writes once."""
        ann.patch(path, FIELDS[change])
        assert calls() == {"GetItem": 1, "TransactWriteItems": 1}

    def test_patch_that_keeps_the_words(self, ann, path, calls):
        """Another spelling of the same words needs no transaction."""
        ann.patch(path, {"name": "Brass LAMP"})
        assert calls() == {"GetItem": 1, "PutItem": 1}

    def test_put(self, ann, path, calls):
        """Replacing reads once and writes once."""
        ann.put(path, FIELDS["put"])
        assert calls() == {"GetItem": 1, "TransactWriteItems": 1}

    def test_delete(self, ann, path, calls):
        """Withdrawing reads once and writes once."""
        ann.delete(path)
        assert calls() == {"GetItem": 1, "TransactWriteItems": 1}

    @pytest.mark.parametrize("path", ["/health", "/info", "/nowhere", "/items/x"])
    def test_nothing(self, ann, calls, path):
        """What needs no data asks for none."""
        ann.get(path)
        assert calls() == {}
