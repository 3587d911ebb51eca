"""Exports: an account's rows, at once or as a file of its own, and everything held about it."""

import csv
import io
import json

import pytest

from handler.core import aws as core_aws
from handler.files import File
from handler.transfers import exports
from tests.integration.transfers.conftest import content_of, stored

LAMP = {"name": "=Lamp", "price": "12.50", "currency": "EUR", "tags": ["brass", "old"]}


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


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
    first = content_of(export(ann, format=format_)["result"])
    import_(max_, "max", first, format_)
    assert content_of(export(max_, format=format_)["result"]) == first


def test_an_export_s_file_is_downloaded_by_its_owner(ann, max_, export):
    """It is a file as any other; nobody else finds it (threats D5)."""
    url = export(ann)["result"]["url"]
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


def test_an_export_is_written_down(ann, admin, export):
    """The audit log says who took what (threats J9)."""
    export(ann, kind="account", format="jsonl")
    (event,) = admin.get("/admin/audit", query="action=transfer.exported").body["items"]
    assert (event["actor"], event["details"]) == ("ann", {"kind": "account"})


def test_an_account_s_export_has_everything_that_is_held(ann, admin, export):
    """Profile, sessions, items, files, jobs, and what was written down."""
    ann.post("/items", LAMP)
    stored("ann", "a,b\n")
    admin.patch("/admin/users/ann", {"disabled": False})
    lines = content_of(export(ann, kind="account", format="jsonl")["result"]).splitlines()
    parts = [json.loads(line)["part"] for line in lines]
    assert set(parts) == {"profile", "session", "item", "file", "job", "event"}
    events = [json.loads(line)["data"] for line in lines if '"part":"event"' in line]
    assert {event["actor"] for event in events} == {"ann", "root"}
    assert len({event["id"] for event in events}) == len(events)


def test_an_account_s_export_shows_no_secret(ann, export):
    """No hash, no link, no session's counter."""
    text = content_of(export(ann, kind="account", format="csv")["result"])
    assert "hash" not in text
    assert "counter" not in text


def test_an_account_as_csv_has_its_data_as_json(ann, export):
    """A cell is what a line of JSON lines would hold."""
    rows = rows_of(content_of(export(ann, kind="account", format="csv")["result"]))
    (profile,) = [json.loads(row["data"]) for row in rows if row["part"] == "profile"]
    assert profile["email"] == "ann@example.org"


def test_parts_of_an_export_are_deleted(ann, export, monkeypatch):
    """What it was put together from is gone when it is there."""
    export(ann)
    assert not list(objects("payloads", "exports/"))


def objects(bucket: str, prefix: str) -> list[str]:
    """The keys in a bucket."""
    s3 = core_aws.client("s3")
    found = s3.list_objects_v2(Bucket=f"dunlin-local-{bucket}", Prefix=prefix)
    return [one["Key"] for one in found.get("Contents", [])]


def test_too_many_transfers_are_refused(ann):
    """They have a limit of their own (threats I9)."""
    statuses = [ann.get("/items.csv").status for _ in range(exports.TRANSFERS.calls + 1)]
    assert statuses == [200] * exports.TRANSFERS.calls + [429]


def test_a_repeated_request_is_one_export(ann):
    """An Idempotency-Key answers as it did."""
    asked = {"kind": "items", "format": "csv"}
    key = {"Idempotency-Key": "export-of-items-0001"}
    first, again = (ann.post("/exports", asked, headers=key) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert first.body == again.body


def test_an_export_of_a_closed_account_makes_no_file(ann, jobs):
    """It would outlive its owner."""
    ann.post("/exports", {"kind": "account", "format": "csv"})
    ann.delete("/users/me")
    jobs.deliver()
    assert list(File.scan()) == []
