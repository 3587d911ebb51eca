"""Small files come in a form through the API, to the same checks."""

import tempfile

import pytest
from botocore.exceptions import EndpointConnectionError

from handler.core import aws as core_aws
from handler.files.models import File, Quota
from tests.integration.files.conftest import PDF, TEXT, UPLOADS, keys, stored

KEY = {"Idempotency-Key": "a-key-of-sixteen-characters"}
LAMP = ("file", "lamp.txt", "text/plain", TEXT)
MANUAL = ("files", "manual.pdf", "application/pdf", PDF)


def test_a_small_file_comes_in_one_request(ann, jobs):
    """It is pending until it is checked, without S3 having told anything."""
    answer = ann.upload("/upload", LAMP)
    assert (answer.status, answer.body["state"], answer.body["size"]) == (201, "pending", len(TEXT))
    assert answer.headers["location"] == f"/files/{answer.body['id']}"
    jobs.deliver()
    assert ann.get(answer.headers["location"]).body["state"] == "ready"
    assert stored(answer.body["id"]) == TEXT


def test_bytes_are_not_text(ann, jobs):
    """What comes is what was sent, to the byte."""
    content = b"%PDF-" + bytes(range(256)) * 3
    answer = ann.upload("/upload", ("file", "a.pdf", "application/pdf", content))
    jobs.deliver()
    assert stored(answer.body["id"]) == content


def test_several_files_come_in_one_request(ann, jobs):
    """In their order."""
    answer = ann.upload("/upload-multiple", ("files", *LAMP[1:]), MANUAL)
    assert (answer.status, answer.headers["location"]) == (201, "/files")
    assert [one["name"] for one in answer.body["items"]] == ["lamp.txt", "manual.pdf"]
    jobs.deliver()
    states = {one["state"] for one in ann.get("/files").body["items"]}
    assert states == {"ready"}


def test_what_comes_here_is_checked_too(ann, jobs):
    """A page does not become a drawing by the way it came."""
    answer = ann.upload("/upload", ("file", "a.pdf", "application/pdf", b"<html>"))
    jobs.deliver()
    assert ann.get(answer.headers["location"]).body["reason"] == "type_mismatch"


@pytest.mark.parametrize(
    ("name", "sent", "taken"),
    [
        ("items.csv", "application/vnd.ms-excel", "text/csv"),
        ("items.JSONL", "application/octet-stream", "application/jsonl"),
        ("photo.jpeg", "", "image/jpeg"),
        ("odd.txt", "text/csv", "text/csv"),
    ],
)
def test_a_name_says_what_a_type_does_not(ann, name, sent, taken):
    """Browsers and curl know few types."""
    answer = ann.upload("/upload", ("file", name, sent, TEXT))
    assert answer.body["content_type"] == taken


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd.txt", "passwd.txt"), ("C:\\Temp\\lamp.txt", "lamp.txt")],
)
def test_a_path_is_cut_off(ann, name, kept):
    """Some programs send one; the name is its end (F12)."""
    part = ("file", name.replace("\\", "\\\\"), "text/plain", TEXT)
    assert ann.upload("/upload", part).body["name"] == kept


def test_an_unknown_type_is_refused(ann):
    """Neither its type nor its name is one that is taken (F20)."""
    answer = ann.upload("/upload", ("file", "a.zip", "application/zip", b"PK"))
    assert (answer.status, answer.code) == (422, "content_type_refused")


REFUSED = {
    "empty": ("file", "a.txt", "text/plain", b""),
    "long_name": ("file", "x" * 300 + ".txt", "text/plain", TEXT),
    "turned_name": ("file", "a\u202eb.txt", "text/plain", TEXT),
    "unknown_field": ("photo", *LAMP[1:]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(ann, case):
    """And nothing of it is kept."""
    answer = ann.upload("/upload", REFUSED[case])
    assert (answer.status, answer.code) == (422, "input_invalid")
    assert (keys(UPLOADS), list(File.scan())) == ([], [])


def test_a_field_for_one_file_takes_one(ann):
    """Nobody guesses which of two is meant."""
    answer = ann.upload("/upload", LAMP, LAMP)
    assert answer.body["errors"][0]["type"] == "repeated"


def test_a_field_without_a_file_is_refused(ann):
    """A text is no file."""
    raw = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nlamp\r\n--b--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=b"}
    assert ann.post("/upload", raw=raw, headers=kind).code == "input_invalid"


@pytest.mark.parametrize("raw", [b"", b"--b\r\nlamp", b"lamp", b"--b\r\n\r\n\r\nlamp\r\n--b--"])
def test_a_broken_form_is_refused(ann, raw):
    """Whatever is wrong with it, the answer is a problem."""
    kind = {"content-type": "multipart/form-data; boundary=b"}
    assert ann.post("/upload", raw=raw, headers=kind).status in {400, 422}


def test_a_form_that_breaks_off_is_refused(ann):
    """What came before is not taken for the whole."""
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nlamp'
    kind = {"content-type": "multipart/form-data; boundary=b"}
    assert ann.post("/upload", raw=part, headers=kind).code == "form_invalid"


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "x"])
def test_another_body_is_refused(ann, kind):
    """A file comes in a form that says so."""
    answer = ann.post("/upload", raw=b"file=a", headers={"content-type": kind})
    assert (answer.status, answer.code) == (415, "multipart_expected")


@pytest.mark.parametrize(("more", "status"), [(0, 201), (1, 413)])
def test_four_megabytes_in_all(ann, more, status):
    """A byte more is told where to go instead (F21)."""
    half = b"x" * 2_000_000
    other = half + b"x" * more
    parts = [("files", f"{n}.txt", "text/plain", one) for n, one in enumerate((half, other))]
    answer = ann.upload("/upload-multiple", *parts)
    assert answer.status == status
    assert status == 201 or ("POST /files" in answer.body["detail"] and keys(UPLOADS) == [])


def test_ten_files_at_once(ann):
    """All of them are written in one transaction, which has an end."""
    parts = [("files", f"{n}.txt", "text/plain", b"x") for n in range(11)]
    assert ann.upload("/upload-multiple", *parts[:10]).status == 201
    assert ann.upload("/upload-multiple", *parts).code == "input_invalid"


def test_all_files_of_a_form_or_none(ann):
    """Where there is room for one of two, none is taken."""
    taken = {"files": 99, "bytes": 99}
    Quota("quota#ann", **taken).save()
    answer = ann.upload("/upload-multiple", ("files", *LAMP[1:]), MANUAL)
    assert (answer.code, list(File.by_owner.query("ann"))) == ("quota_exceeded", [])


class TestKey:
    """Uploads with an Idempotency-Key."""

    def test_the_same_again_is_one_file(self, ann):
        """Though each request divides its form by another word."""
        first, again = (ann.upload("/upload", LAMP, headers=KEY) for _ in range(2))
        assert first.body == again.body
        assert again.headers["idempotent-replayed"] == "true"
        assert len(keys(UPLOADS)) == 1

    @pytest.mark.parametrize(
        "other",
        [
            ("file", "lamp.txt", "text/plain", TEXT + b"!"),
            ("file", "tin.txt", "text/plain", TEXT),
            ("file", "lamp.txt", "text/csv", TEXT),
        ],
    )
    def test_another_file_is_refused(self, ann, other):
        """Another name, type or byte makes it another request."""
        ann.upload("/upload", LAMP, headers=KEY)
        assert ann.upload("/upload", other, headers=KEY).code == "idempotency_mismatch"

    def test_several_files_are_replayed(self, ann):
        """Their answer is kept as it was."""
        parts = [("files", *LAMP[1:]), MANUAL]
        first, again = (ann.upload("/upload-multiple", *parts, headers=KEY) for _ in range(2))
        assert first.body == again.body


def test_no_row_tells_of_bytes_that_did_not_come(ann):
    """Where S3 does not answer nothing is announced."""
    Quota("quota#ann", files=0, bytes=0).save()
    broken = core_aws.client("s3").meta.events

    def fail(**_):
        raise EndpointConnectionError(endpoint_url="https://s3.example")

    broken.register_first("before-send.s3.PutObject", fail, unique_id="broken")
    try:
        answer = ann.upload("/upload", LAMP)
    finally:
        broken.unregister("before-send.s3.PutObject", unique_id="broken")
    assert (answer.status, list(File.by_owner.query("ann"))) == (503, [])


def test_nothing_is_written_to_disk(ann, monkeypatch):
    """A body is in memory already; a file of its own would cost a thread and a disk."""

    def refuse(self):
        raise AssertionError

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", refuse)
    content = b"x" * 3_900_000
    assert ann.upload("/upload", ("file", "a.txt", "text/plain", content)).status == 201
