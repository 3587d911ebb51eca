"""Odd values of items, and the keys under which they are offered (threats D3, D7, E1)."""

import pytest

from handler.core import idempotency

_KEY = "0123456789abcdef"
_VALUES = {
    "price as bool": {"price": True},
    "price as NaN": {"price": "NaN"},
    "price as 1e999": {"price": "1e999"},
    "price beyond precision": {"price": "12.50000000000000000000000000001"},
    "price below zero": {"price": -1},
    "price without number": {"price": {}},
    "name as number": {"name": 1},
    "name blank": {"name": " \u3000"},
    "name with NUL": {"name": "a\0b"},
    "name with line end": {"name": "a\r\nb"},
    "description with NUL": {"description": "a\0"},
    "available as 1": {"is_available": 1},
    "available as text": {"is_available": "true"},
    "tags as text": {"tags": "brass"},
    "a tag with CR": {"tags": ["a\rb"]},
    "1001 tags": {"tags": ["a"] * 1001},
    "an unknown field": {"colour": "red"},
    "id": {"id": "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"},
    "owner": {"owner_id": "max"},
    "version": {"version": 7},
    "shelf": {"shelf": "open#00"},
    "pk": {"pk": "x"},
}


@pytest.mark.parametrize("change", _VALUES.values(), ids=_VALUES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_odd_values_are_refused(ann, wire, new_item, method, change):
    """Other types, controls and fields that are not the client's are refused (threats D3, D7)."""
    path = "/items" if method == "POST" else "/items/01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
    body = change if method == "PATCH" else new_item | change
    assert ann.ask(method, path, body).status == 422
    assert wire.calls == []


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("k" * 15, 422),
        ("k" * 16, 201),
        ("k" * 255, 201),
        ("k" * 256, 422),
        ("k" * 8 + " " + "k" * 8, 422),
        ("k" * 16 + "\t", 422),
        ("k" * 16 + "é", 422),
        ("~!@#$%^&*()_+{}|:<>?", 201),
        ("", 422),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_idempotency_key_is_plain(ann, new_item, key, status):
    """From 16 to 255 printable characters of ASCII (parameters.md)."""
    assert ann.post("/items", new_item, headers={"idempotency-key": key}).status == status


def test_a_key_that_is_at_work_says_when_to_try_again(ann, new_item):
    """What passes by itself says when: within three seconds (threats K2)."""
    idempotency.claim(("ann", "create_item"), _KEY, ["/items", new_item])
    answer = ann.post("/items", new_item, headers={"idempotency-key": _KEY})
    assert (answer.status, answer.code) == (409, "idempotency_in_progress")
    assert 1 <= int(answer.headers["retry-after"]) <= 3


@pytest.mark.parametrize("value", ['"' + "1" * 400 + '"', '"' * 999, "\\", "é", ",", '"1' * 99])
@pytest.mark.parametrize("name", ["if-match", "if-none-match", "idempotency-key"])
def test_conditions_are_never_a_fault(ann, new_item, name, value):
    """Whatever a conditional header holds is read or refused (400 digits among it)."""
    path = f"/items/{ann.post('/items', new_item).body['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        answer = ann.ask(method, path, {"is_available": True}, headers={name: value})
        assert answer.status in (200, 204, 304, 412, 422)


def test_a_creation_ignores_it_too(ann, new_item):
    """A POST with a trailing slash creates, at the path without."""
    answer = ann.post("/items/", new_item)
    assert answer.headers["location"] == f"/items/{answer.body['id']}"


@pytest.mark.parametrize(
    "query", ["shelf=open", "price_digits=2", "write_id=x", "sort=owner_id", "sort=-price"]
)
def test_hidden_fields_are_unknown(anonymous, query):
    """Nothing filters or sorts by what is not shown (threats D9)."""
    assert anonymous.get("/items", query=query).status == 422
