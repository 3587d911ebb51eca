"""Imports: every row becomes one item or is named in the report, however often it is done."""

from typing import Any

import pytest

from handler.items.models import Item
from handler.transfers import plans
from tests.integration.transfers.conftest import content_of, rows_of, stored

HEADER = "name,price,currency,tags\n"


def report_of(job: dict[str, Any]) -> list[dict[str, str]]:
    """The lines of an import's report."""
    return rows_of(content_of(job["result"]["report"]))


def names(client, owner: str = "ann") -> list[str]:
    """The names of an account's items, newest first."""
    return [item["name"] for item in client.get("/items", query=f"owner={owner}").body["items"]]


def test_each_row_becomes_an_item(ann, import_):
    """The items have what the rows say."""
    job = import_(ann, "ann", HEADER + 'Lamp,12.50,EUR,"brass old"\n')
    assert job["result"] | {"report": None} == {
        "rows": 1,
        "imported": 1,
        "refused": 0,
        "report": None,
    }
    (item,) = ann.get("/items", query="owner=ann").body["items"]
    told = {"name": "Lamp", "price": "12.50", "currency": "EUR", "tags": ["brass", "old"]}
    assert item | told == item


def test_imported_items_are_found_by_their_words(ann, import_):
    """They are as those that were offered one by one."""
    import_(ann, "ann", HEADER + "Brass lamp,12.50,EUR,\n")
    found = ann.get("/items", query="q=bras").body["items"]
    assert [item["name"] for item in found] == ["Brass lamp"]


def test_the_order_of_the_rows_is_that_of_creation(ann, import_):
    """The last row is the newest item."""
    import_(ann, "ann", HEADER + "".join(f"Lamp {n},1,EUR,\n" for n in range(15)))
    assert names(ann) == [f"Lamp {n}" for n in reversed(range(15))]


def test_json_lines_are_imported_too(ann, import_):
    """Each line is an item as `POST /items` takes it."""
    import_(ann, "ann", '{"name":"Lamp","price":12.5,"currency":"EUR"}\n\n', "jsonl")
    assert names(ann) == ["Lamp"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",1,EUR,", "name", "value_error"),
        ("Lamp,-1,EUR,", "price", "value_error"),
        ("Lamp,1,XXX,", "currency", "value_error"),
        ("Lamp,1.234,EUR,", "", "value_error"),
        ("Lamp,1,EUR,Not_A_Tag", "tags.0", "string_pattern_mismatch"),
        ("Lamp,1,EUR", "", "cells_missing"),
        ('Lamp,"1"2,EUR,', "", "csv_malformed"),
        ("L" * 70_000 + ",1,EUR,", "", "row_too_long"),
    ],
)
def test_a_refused_row_is_named_with_its_reason(ann, import_, row, column, reason):
    """Its line, the column and a code are in the report; the rows around it are imported."""
    job = import_(ann, "ann", HEADER + f"First,1,EUR,\n{row}\nLast,1,EUR,\n")
    assert job["result"]["imported"] == 2
    assert job["result"]["refused"] == 1
    (line,) = report_of(job)
    assert (line["line"], line["column"], line["code"]) == ("3", column, reason)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("[1]", "no_object"),
        ("{", "json_invalid"),
        ('{"name":"a","name":"b"}', "json_invalid"),
        ('{"name":"Lamp","price":1,"currency":"EUR","id":"x"}', "extra_forbidden"),
        ('{"name":"Lamp","price":1,"currency":"EUR","is_available":"yes"}', "bool_type"),
    ],
)
def test_a_refused_line_is_named_with_its_reason(ann, import_, row, reason):
    """Lines of JSON are as strict as the API's bodies."""
    job = import_(ann, "ann", row + "\n", "jsonl")
    assert [line["code"] for line in report_of(job)] == [reason]


def test_bytes_that_are_no_text_are_refused(ann, import_):
    """A row in another encoding is named, and costs no other."""
    rows = b"Caf\xe9,1,EUR,\nLamp,1,EUR,\n"
    job = import_(ann, "ann", HEADER.encode() + rows)
    assert [line["code"] for line in report_of(job)] == ["encoding"]
    assert names(ann) == ["Lamp"]


def test_a_report_holds_no_formula(ann, import_):
    """What a file calls its fields stands in the report as text (threats E24)."""
    job = import_(ann, "ann", '{"=1+1":1}\n', "jsonl")
    columns = [line["column"] for line in report_of(job)]
    assert "'=1+1" in columns


def test_a_report_never_repeats_a_value(ann, import_):
    """Nobody reads there what a row has held."""
    job = import_(ann, "ann", HEADER + "Lamp,a secret,EUR,\n")
    assert "secret" not in content_of(job["result"]["report"])


def test_a_second_import_of_a_file_makes_no_item_twice(ann, jobs):
    """Ids follow from the file and the line."""
    file_id = stored("ann", HEADER + "Lamp,1,EUR,\nVase,1,EUR,\n")
    for _ in range(2):
        job = ann.post("/imports", {"file_id": file_id, "format": "csv"}).body
        jobs.deliver()
        assert ann.get(job["url"]).body["result"]["imported"] == 2
    assert names(ann) == ["Vase", "Lamp"]


def test_a_second_import_creates_what_was_deleted(ann, jobs):
    """What is missing comes again, and what was changed stays as it is."""
    file_id = stored("ann", HEADER + "Lamp,1,EUR,\nVase,1,EUR,\n")
    asked = {"file_id": file_id, "format": "csv"}
    ann.post("/imports", asked)
    jobs.deliver()
    vase, lamp = ann.get("/items", query="owner=ann").body["items"]
    ann.delete(f"/items/{vase['id']}")
    ann.patch(f"/items/{lamp['id']}", {"name": "Old lamp"})
    ann.post("/imports", asked)
    jobs.deliver()
    assert names(ann) == ["Vase", "Old lamp"]


def test_the_same_import_while_one_runs_is_that_one(ann):
    """A file has one open import."""
    asked = {"file_id": stored("ann", HEADER + "Lamp,1,EUR,\n"), "format": "csv"}
    assert ann.post("/imports", asked).body == ann.post("/imports", asked).body


@pytest.mark.parametrize(
    "header", ["", "name,price\n", "name,price,currency,colour\n", "name,name,price,currency\n"]
)
def test_a_file_with_another_header_is_not_imported(ann, import_, header):
    """The job is dead at once, and says which columns there are."""
    job = import_(ann, "ann", header or "\n")
    assert (job["state"], job["error"]) == ("dead", "file_unfit")
    assert "name" in job["message"]


def test_a_large_file_is_done_in_chunks(ann, import_, monkeypatch):
    """Its rows are spread over jobs, and the report counts them together."""
    monkeypatch.setattr(plans, "ROWS", 4)
    rows = [f'"Lamp\n{n}",1,EUR,\n' if n == 6 else f"Lamp {n},1,EUR,\n" for n in range(11)]
    job = import_(ann, "ann", HEADER + "".join(rows))
    assert job["children"] == 3
    assert job["result"]["imported"] == 10
    assert [line["line"] for line in report_of(job)] == ["8"]


def test_progress_is_seen_while_chunks_are_done(ann, jobs, monkeypatch, at_each_transaction):
    """Of a job that waits for its children it says how many have ended."""
    monkeypatch.setattr(plans, "ROWS", 1)
    file_id = stored("ann", HEADER + "Lamp,1,EUR,\n" * 4)
    url = ann.post("/imports", {"file_id": file_id, "format": "csv"}).body["url"]
    seen = []
    at_each_transaction(lambda _: seen.append(ann.get(url).body["progress"]))
    jobs.deliver()
    assert {0, 25, 50, 75} <= set(seen)


def test_a_cancelled_import_stops(ann, time, jobs, monkeypatch, at_each_transaction):
    """Chunks that wait are cancelled; what was created stays."""
    monkeypatch.setattr(plans, "ROWS", 1)
    file_id = stored("ann", HEADER + "Poison,1,EUR,\nLamp,1,EUR,\n")
    url = ann.post("/imports", {"file_id": file_id, "format": "csv"}).body["url"]
    at_each_transaction(_once(_fail_for_poison))
    jobs.deliver()
    assert ann.post(f"{url}/cancel").status == 202
    jobs.pass_(seconds=300)
    assert ann.get(url).body["state"] == "cancelled"
    assert names(ann) == ["Lamp"]


def _fail_for_poison(body: bytes) -> None:
    if b"Poison" in body:
        raise RuntimeError


def _once(do):
    """Do it until it fails, and then no more."""
    failed = []

    def see(body: bytes) -> None:
        try:
            failed or do(body)
        except RuntimeError:
            failed.append(body)
            raise

    return see


def test_another_s_file_is_not_found(max_, ann):
    """A file is imported by its owner alone (threats D5)."""
    answer = max_.post("/imports", {"file_id": stored("ann", HEADER), "format": "csv"})
    assert (answer.status, answer.code) == (404, "file_not_found")


def test_rows_of_a_chunk_that_died_are_named(ann, time, jobs, monkeypatch, at_each_transaction):
    """Whatever is not done is in the report, line by line."""
    monkeypatch.setattr(plans, "ROWS", 2)
    file_id = stored("ann", HEADER + "Poison,1,EUR,\nVase,1,EUR,\nLamp,1,EUR,\n")
    url = ann.post("/imports", {"file_id": file_id, "format": "csv"}).body["url"]
    at_each_transaction(_fail_for_poison)
    jobs.drain(lambda: ann.get(url).body["state"] == "succeeded", limit_seconds=9000)
    report = report_of(ann.get(url).body)
    assert names(ann) == ["Lamp"]
    assert [(line["line"], line["code"]) for line in report] == [
        ("2", "not_done"),
        ("3", "not_done"),
    ]


def test_a_chunk_that_failed_half_way_is_gone_on_with(ann, time, jobs, at_each_transaction):
    """What it has created is not created again, and counted once."""
    rows = "".join(f"Lamp {n} {'w' * n},1,EUR,\n" for n in range(40))
    file_id = stored("ann", HEADER + rows + "Poison,1,EUR,\n")
    url = ann.post("/imports", {"file_id": file_id, "format": "csv"}).body["url"]
    at_each_transaction(_once(_fail_for_poison))
    jobs.drain(lambda: ann.get(url).body["state"] == "succeeded", limit_seconds=900)
    assert ann.get(url).body["result"]["imported"] == 41
    found = ann.get("/items", query="owner=ann&limit=100").body["items"]
    assert len({item["name"] for item in found}) == len(found) == 41


def test_an_import_of_a_closed_account_creates_nothing(ann, jobs):
    """Its jobs go with it, and a chunk looks whether the account is open."""
    file_id = stored("ann", HEADER + "Lamp,1,EUR,\n")
    ann.post("/imports", {"file_id": file_id, "format": "csv"})
    ann.delete("/users/me")
    jobs.deliver()
    assert list(Item.scan()) == []
