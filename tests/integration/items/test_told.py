"""Imports and exports of items that end: their account is told so, in words of their own."""

import pytest

from tests.integration.transfers.conftest import stored

ROWS = "name,price,currency\r\nLamp,1,EUR\r\nBroken,x,EUR\r\n"


@pytest.fixture
def importing(ann):
    """Has Ann import a lamp and a broken row."""

    def call(content=ROWS):
        body = {"file_id": stored("ann", content), "format": "csv"}
        return ann.post("/imports", body).body["id"]

    return call


def test_a_finished_import_is_told_in_its_own_words(time, live, ann, importing, mailbox):
    """Once: how many rows there were, and where the report is; also by mail."""
    id_ = importing()
    live.deliver()
    (found,) = ann.get("/notifications").body["items"]
    assert (found["kind"], found["subject"]) == ("import_finished", "Your import has succeeded")
    assert found["message"] == "1 of 2 rows were imported."
    report = ann.get(f"/jobs/{id_}").body["result"]["report"]["file_id"]
    assert found["data"] == {
        "job_id": id_,
        "name": "transfers.import",
        "state": "succeeded",
        "file_id": report,
    }
    assert [mail.subject for mail in mailbox] == ["Your import has succeeded"]


def test_an_import_that_fails_is_told_too(time, live, ann, importing, mailbox):
    """With its reason."""
    importing("colour\r\nred\r\n")
    live.deliver()
    (found,) = ann.get("/notifications").body["items"]
    assert (found["kind"], found["subject"]) == ("import_finished", "Your import has failed")
    assert found["message"]


def test_a_finished_export_names_its_file(time, live, ann, mailbox):
    """So that a console can link to it."""
    id_ = ann.post("/exports", {"kind": "items", "format": "csv"}).body["id"]
    live.deliver()
    (found,) = ann.get("/notifications").body["items"]
    assert (found["kind"], found["message"]) == ("export_finished", "Its file has 0 rows.")
    assert found["data"]["file_id"] == ann.get(f"/jobs/{id_}").body["result"]["file_id"]
