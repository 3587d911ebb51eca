"""What is uploaded is looked at: what it really is, how long, whether as promised."""

import hashlib

import pytest

from handler.files.models import Quota
from handler.files.states import State
from tests.integration.files.conftest import PDF, STORED, TEXT, keys, stored
from tests.integration.jobs.conftest import all_jobs


def quota(owner="ann"):
    """How many files and bytes an account has."""
    row = Quota.get(f"quota#{owner}")
    return row.files, row.bytes


def test_text_is_ready_when_it_was_checked(upload):
    """And its bytes are where files stay."""
    file = upload()
    assert (file.state, file.version) == (State.READY, 2)
    assert stored(file.id) == TEXT


def test_a_checked_file_has_the_hash_of_its_bytes(upload):
    """Also where none was promised."""
    assert upload().sha256 == hashlib.sha256(TEXT).hexdigest()


ACCEPTED = {
    "pdf": (PDF, "application/pdf"),
    "plain": ("Messing \u2013 \U0001f4a1\r\n\tx".encode(), "text/plain"),
    "csv": (b"\xef\xbb\xbfname,price\r\nlamp,1\r\n", "text/csv"),
    "jsonl": (b'{"a": 1}\r\n\n[2]\n"last"', "application/jsonl"),
    "one_byte": (b"x", "text/plain"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(upload, case):
    """What is what it says becomes ready."""
    content, content_type = ACCEPTED[case]
    assert upload(content, content_type=content_type).state == State.READY


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
REJECTED = {
    "html_as_pdf": (b"<!doctype html><script>", "application/pdf", "type_mismatch"),
    "svg_as_png": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", "type_mismatch"),
    "eps_as_jpeg": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "image/jpeg", "type_mismatch"),
    "tiff_as_webp": (b"II*\0\x08\0\0\0", "image/webp", "type_mismatch"),
    "png_as_jpeg": (PNG, "image/jpeg", "type_mismatch"),
    "pdf_as_text": (b"%PDF-1.7 plain", "text/plain", "type_mismatch"),
    "zip_as_csv": (b"PK\x03\x04\x14\0\0\0", "text/csv", "control_characters"),
    "short_pdf": (b"%PDF", "application/pdf", "type_mismatch"),
    "latin_1": ("Lüster".encode("latin-1"), "text/plain", "not_utf8"),
    "utf_16": ("lamp".encode("utf-16"), "text/csv", "not_utf8"),
    "cut_off": ("Lü".encode()[:-1], "text/plain", "not_utf8"),
    "nul": (b"la\0mp", "text/plain", "control_characters"),
    "escape": (b"\x1b[31mred", "text/plain", "control_characters"),
    "c1": ("a\u009bb".encode(), "text/csv", "control_characters"),
    "no_json": (b'{"a": 1}\n{"a": \n', "application/jsonl", "line_not_json"),
    "nan": (b'{"a": NaN}\n', "application/jsonl", "line_not_json"),
    "deep": (b"[" * 100_000, "application/jsonl", "line_not_json"),
    "long_line": (b'"' + b"x" * 300_000 + b'"\n1', "application/jsonl", "line_too_long"),
    "long_last_line": (b'"' + b"x" * 1_300_000 + b'"', "application/jsonl", "line_too_long"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_rejected(upload, case):
    """What is not what it says is rejected with a reason, and was never where files stay (F6)."""
    content, content_type, reason = REJECTED[case]
    file = upload(content, content_type=content_type)
    assert (file.state, file.reason) == (State.REJECTED, reason)
    assert keys(STORED) == []


def test_another_size_is_rejected(upload):
    """The form does not let it through; S3 is not believed all the same."""
    file = upload(TEXT, size=len(TEXT) - 1)
    assert file.reason == "size_mismatch"


@pytest.mark.parametrize("digest", [hashlib.sha256(TEXT).hexdigest(), "0" * 64])
def test_a_promised_hash_is_held_against_the_bytes(upload, digest):
    """Whoever promises one learns when something happened on the way."""
    file = upload(TEXT, sha256=digest)
    right = digest != "0" * 64
    assert file.state == (State.READY if right else State.REJECTED)
    assert file.reason == (None if right else "sha256_mismatch")


def test_text_is_checked_across_chunks(upload, monkeypatch):
    """A character that lies in two chunks is one."""
    monkeypatch.setattr("handler.files.storage.CHUNK", 1)
    content = '{"name": "\u00fc\U0001f4a1"}\n'.encode() * 3
    assert upload(content, content_type="application/jsonl").state == State.READY


def test_a_rejected_file_counts_no_more(upload):
    """Its bytes are given back, once."""
    upload()
    upload(b"a\0b")
    assert quota() == (1, len(TEXT))


def test_a_rejected_file_expires(time, upload):
    """Its row goes by itself when its owner had a month to read why."""
    file = upload(b"a\0b")
    assert file.expires_at == int(time.now.timestamp()) + 30 * 24 * 3600


def test_bytes_of_a_rejected_file_go(upload):
    """Nothing of it waits anywhere."""
    upload(b"a\0b")
    assert keys("dunlin-local-uploads") == []


@pytest.mark.parametrize("more", [0, 1])
def test_long_files_are_checked_where_there_is_time(upload, more):
    """What takes seconds does not hold up what takes a moment."""
    content = b"x" * (10_000_000 + more)
    assert upload(content, content_type="text/csv").state == State.READY
    names = {one.name for one in all_jobs()}
    assert ("files.check_long" in names, "files.check" in names) == (more == 1, more == 0)
