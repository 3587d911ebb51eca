"""Exports: an account's rows, at once or as a file of its own, and everything held about it."""

import json

import pytest

from handler.transfers import exports
from tests.integration.transfers.conftest import content_of, rows_of

LAMP = {"name": "=Lamp", "price": "12.50", "currency": "EUR", "tags": ["brass", "old"]}


def test_items_are_downloaded_as_csv(ann):
    """What an owner may set, in quotes, as a download."""
    ann.post("/items", LAMP)
    answer = ann.get("/items.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="items.csv"'
    (row,) = rows_of(answer.text)
    assert row == {
        "name": "'=Lamp",
        "description": "",
        "price": "12.50",
        "currency": "EUR",
        "is_available": "true",
        "tags": "brass old",
    }


def test_items_are_downloaded_as_json_lines(ann):
    """A line is what `POST /items` takes."""
    ann.post("/items", LAMP)
    line = json.loads(ann.get("/items.jsonl").text)
    assert line == LAMP | {"description": "", "is_available": True}


def test_hidden_items_are_exported_and_others_are_not(ann, max_):
    """An export has what is the caller's own."""
    ann.post("/items", LAMP | {"is_available": False})
    max_.post("/items", LAMP | {"name": "Vase"})
    assert [row["name"] for row in rows_of(ann.get("/items.csv").text)] == ["'=Lamp"]


def test_what_does_not_fit_one_answer_becomes_an_export(ann, jobs, monkeypatch):
    """The answer points to a job, which makes a file of the same bytes."""
    ann.post("/items", LAMP)
    at_once = ann.get("/items.csv").text
    monkeypatch.setattr(exports, "AT_ONCE", 10)
    answer = ann.get("/items.csv")
    assert answer.status == 303
    jobs.deliver()
    result = ann.get(answer.headers["location"]).body["result"]
    assert result["rows"] == 1
    assert content_of(result) == at_once


def test_asking_again_points_to_the_same_export(ann, monkeypatch):
    """There is one at a time of a kind and a format."""
    monkeypatch.setattr(exports, "AT_ONCE", -1)
    ann.post("/items", LAMP)
    first, second, other = (ann.get(f"/items.{name}") for name in ("csv", "csv", "jsonl"))
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["location"] != other.headers["location"]


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_an_export_imports_into_another_account_and_exports_to_the_same_bytes(
    ann, max_, import_, export, format_
):
    """Nothing is lost on the way there and back, not even the order."""
    for number, name in enumerate(["=1+1", "'-x", 'a "quoted", name', "Ünïcode \uff1d", "x"]):
        told = {"name": name, "description": f"\n{name}\r\n", "price": f"{number}.5"}
        ann.post("/items", LAMP | told | {"is_available": number % 2 == 0})
    first = content_of(export(ann, kind="items", format=format_)["result"])
    import_(max_, "max", first, format_)
    assert content_of(export(max_, kind="items", format=format_)["result"]) == first


def test_an_export_s_file_is_downloaded_by_its_owner(ann, max_, export):
    """It is a file as any other; nobody else finds it (threats D5)."""
    url = export(ann, kind="items")["result"]["url"]
    assert ann.get(url).body["name"] == "items.csv"
    assert max_.get(url).status == 404


def test_an_export_in_parts_goes_on_in_another_run(ann, time, jobs, monkeypatch):
    """However many runs it takes, the file is the same."""
    monkeypatch.setattr(exports, "PART", 1)
    monkeypatch.setattr("handler.items.bulk._PAGE", 2)
    for number in range(7):
        ann.post("/items", LAMP | {"name": f"Lamp {number}"})
    job = ann.post("/exports", {"kind": "items", "format": "csv"}).body
    monkeypatch.setattr(exports, "_RUN", 2)
    jobs.pass_(seconds=60)
    result = ann.get(job["url"]).body["result"]
    assert result["rows"] == 7
    assert content_of(result) == ann.get("/items.csv").text


def test_an_account_s_export_has_its_items(ann, export):
    """They are a part of everything that is held about it."""
    item = ann.post("/items", LAMP).body
    lines = content_of(export(ann, format="jsonl")["result"]).splitlines()
    (held,) = [one["data"] for one in map(json.loads, lines) if one["part"] == "item"]
    assert held["id"] == item["id"]
