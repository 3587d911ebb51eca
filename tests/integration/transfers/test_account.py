"""Exports of everything that is held about an account, and what holds for every export."""

import json

import pytest

from handler.core import aws as core_aws
from handler.files import File
from handler.transfers import exports
from tests.integration.transfers.conftest import content_of, rows_of, stored


def test_an_export_is_written_down(ann, admin, export):
    """The audit log says who took what (threats J9)."""
    export(ann, format="jsonl")
    (event,) = admin.get("/admin/audit", query="action=transfer.exported").body["items"]
    assert (event["actor"], event["details"]) == ("ann", {"kind": "account"})


def test_an_account_s_export_has_everything_that_is_held(ann, admin, export):
    """Profile, sessions, files, jobs, and what was written down."""
    stored("ann", "a,b\n")
    admin.patch("/admin/users/ann", {"disabled": False})
    lines = content_of(export(ann, format="jsonl")["result"]).splitlines()
    parts = [json.loads(line)["part"] for line in lines]
    assert set(parts) == {"profile", "session", "file", "job", "event"}
    events = [json.loads(line)["data"] for line in lines if '"part":"event"' in line]
    assert {event["actor"] for event in events} == {"ann", "root"}
    assert len({event["id"] for event in events}) == len(events)


def test_an_account_s_export_shows_no_secret(ann, export):
    """No hash, no link, no session's counter."""
    text = content_of(export(ann, format="csv")["result"])
    assert "hash" not in text
    assert "counter" not in text


def test_an_account_as_csv_has_its_data_as_json(ann, export):
    """A cell is what a line of JSON lines would hold."""
    rows = rows_of(content_of(export(ann, format="csv")["result"]))
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
    statuses = [ann.get("/account.csv").status for _ in range(exports.TRANSFERS.calls + 1)]
    assert statuses == [200] * exports.TRANSFERS.calls + [429]


def test_a_repeated_request_is_one_export(ann):
    """An Idempotency-Key answers as it did."""
    asked = {"kind": "account", "format": "csv"}
    key = {"Idempotency-Key": "export-of-account-0001"}
    first, again = (ann.post("/exports", asked, headers=key) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert first.body == again.body


def test_an_export_of_a_closed_account_makes_no_file(ann, jobs):
    """It would outlive its owner."""
    ann.post("/exports", {"kind": "account", "format": "csv"})
    ann.delete("/users/me")
    jobs.deliver()
    assert list(File.scan()) == []


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_all_about_an_account_is_downloaded_at_once(ann, name):
    """As a file that is called what it is."""
    answer = ann.get(f"/account.{name}")
    assert answer.headers["content-disposition"] == f'attachment; filename="account.{name}"'
    assert "ann@example.org" in answer.text


def test_rows_that_nobody_offers_are_not_found(ann):
    """Neither as a download nor as an export."""
    assert ann.get("/nothing.csv").body["code"] == "kind_not_found"
    assert ann.post("/exports", {"kind": "nothing", "format": "csv"}).status == 422
