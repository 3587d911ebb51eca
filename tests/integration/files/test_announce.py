"""Files are announced, and S3 is told by a signed form exactly what may come (threats F1)."""

import base64
import json
from datetime import datetime, timedelta

import pytest

from handler.files.models import FILES, File
from tests.client import at_once
from tests.integration.files.conftest import TEXT, UPLOADS, announcement, keys


@pytest.fixture
def answer(ann):
    """What ann is answered who announces a file."""
    answer = ann.post("/files", announcement())
    assert answer.status == 201, answer
    return answer


@pytest.fixture
def policy(answer):
    """What the form lets through."""
    return json.loads(base64.b64decode(answer.body["form"]["fields"]["policy"]))


class TestForm:
    """The form of an announced file."""

    def test_allows_one_key_type_and_size(self, answer, policy):
        """The key is the server's, and nothing but this file fits."""
        file_id = answer.body["file"]["id"]
        conditions = [one for one in policy["conditions"] if "x-amz" not in str(one)]
        assert conditions == [
            {"Content-Type": "text/plain"},
            ["content-length-range", len(TEXT), len(TEXT)],
            {"bucket": UPLOADS},
            {"key": f"ann/{file_id}"},
        ]

    def test_gives_no_rights_away(self, policy):
        """Neither an ACL nor anything else is the client's to choose."""
        named = {name for one in policy["conditions"] if isinstance(one, dict) for name in one}
        signing = {"x-amz-algorithm", "x-amz-credential", "x-amz-date"}
        assert named == {"Content-Type", "bucket", "key", *signing}

    def test_is_signed_as_v4_for_the_region_s_own_address(self, answer):
        """The global address would redirect, which no browser follows with a form."""
        form = answer.body["form"]
        assert form["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
        assert form["url"] == f"https://{UPLOADS}.s3.eu-west-1.amazonaws.com/"

    def test_holds_for_five_minutes(self, answer, policy):
        """Long enough to begin, and shorter than the credentials that signed it."""
        signed = datetime.strptime(answer.body["form"]["fields"]["x-amz-date"], "%Y%m%dT%H%M%S%z")
        ends = datetime.fromisoformat(policy["expiration"])
        assert abs(ends - signed - timedelta(minutes=5)) <= timedelta(seconds=1)
        assert answer.body["form"]["expires_in"] == 300

    def test_is_in_no_answer_with_an_etag(self, answer):
        """What holds for minutes is not kept for longer, neither by caches nor by keys."""
        assert "etag" not in {name.lower() for name in answer.headers}
        assert answer.headers["cache-control"] == "no-store"


def test_an_announced_file_is_pending(ann, answer):
    """And says where it can be read."""
    path = answer.headers["location"]
    assert path == f"/files/{answer.body['file']['id']}"
    found = ann.get(path)
    assert found.body == answer.body["file"]
    assert (found.body["state"], found.body["reason"]) == ("pending", None)


def test_two_announcements_are_two_files(ann):
    """A form is a secret, so no key for idempotency keeps it."""
    headers = {"Idempotency-Key": "a-key-of-sixteen-characters"}
    first, second = (ann.post("/files", announcement(), headers=headers) for _ in range(2))
    assert first.body["file"]["id"] != second.body["file"]["id"]


NAMES = {
    "path": "../../etc/passwd",
    "windows_path": "..\\boot.ini",
    "dots": "..",
    "nul": "lamp\0.txt",
    "header": "lamp\r\nX-Evil: 1",
    "turned": "lamp\u202egpj.exe",
    "isolate": "lamp\u2067.txt",
    "long": "x" * 1000,
    "blank": "  ",
}


@pytest.mark.parametrize("case", NAMES)
def test_names_that_are_none_are_refused(ann, case):
    """A name is one line of text without a path (F12)."""
    answer = ann.post("/files", announcement(name=NAMES[case]))
    assert (answer.status, answer.code) == (422, "input_invalid")


@pytest.mark.parametrize(
    "name", ["L\u00fcster \U0001f4a1.txt", 'a "quoted" 50% name;.txt', "x" * 255]
)
def test_names_are_in_no_key(ann, name):
    """Whatever somebody calls a file, its place is made of ids."""
    answer = ann.post("/files", announcement(name=name))
    assert answer.body["file"]["name"] == name
    assert answer.body["form"]["fields"]["key"] == f"ann/{answer.body['file']['id']}"


@pytest.mark.parametrize(
    "content_type",
    [
        "image/svg+xml",
        "text/html",
        "application/zip",
        "image/tiff",
        "TEXT/PLAIN",
        "text/plain; a=b",
        "",
    ],
)
def test_other_types_are_refused(ann, content_type):
    """Archives, pages and drawings with scripts are never taken (F20)."""
    answer = ann.post("/files", announcement(content_type=content_type))
    assert (answer.status, answer.code) == (422, "content_type_refused")


@pytest.mark.parametrize(
    ("content_type", "limit"), [("image/png", 10_000_000), ("text/csv", 100_000_000)]
)
def test_a_file_may_be_so_long(ann, content_type, limit):
    """Ten megabytes, and what can be imported a hundred."""
    fits = ann.post("/files", announcement(content_type=content_type, size=limit))
    beyond = ann.post("/files", announcement(content_type=content_type, size=limit + 1))
    assert (fits.status, beyond.status, beyond.code) == (201, 413, "file_too_large")


@pytest.mark.parametrize("fields", [{"size": 0}, {"size": "7"}, {"sha256": "A" * 64}, {"key": "x"}])
def test_other_bodies_are_refused(ann, fields):
    """A file has a byte; a hash is lower case; a key is not the client's to choose."""
    assert ann.post("/files", announcement(**fields)).code == "input_invalid"


def test_a_hundred_files_are_the_most(aws, ann, time):
    """The next one is refused, also where its form was never used."""
    for _ in range(FILES):
        assert ann.post("/files", announcement(size=1)).status == 201
        time.pass_(seconds=3)
    answer = ann.post("/files", announcement(size=1))
    assert (answer.status, answer.code) == (409, "quota_exceeded")
    assert len(list(File.by_owner.query("ann"))) == FILES


def test_five_hundred_megabytes_are_the_most(ann, max_):
    """Of an account; others have theirs."""
    for _ in range(5):
        assert ann.post("/files", announcement(content_type="text/csv", size=10**8)).status == 201
    assert ann.post("/files", announcement(size=1)).code == "quota_exceeded"
    assert max_.post("/files", announcement(size=1)).status == 201


def test_uploads_at_once_never_get_more_than_there_is(ann, max_):
    """Of eight that want the last four places, four get one."""
    for _ in range(4):
        ann.post("/files", announcement(content_type="text/csv", size=10**8))
    big = announcement(content_type="text/csv", size=25_000_000)
    answers = at_once([lambda: ann.post("/files", big) for _ in range(8)])
    taken = [one.body["file"]["id"] for one in answers if one.status == 201]
    assert {one.code for one in answers if one.status != 201} <= {"quota_exceeded", "unavailable"}
    assert 1 <= len(taken) <= 4
    files = list(File.by_owner.query("ann"))
    assert sum(file.size for file in files) == 4 * 10**8 + len(taken) * 25_000_000


def test_thirty_uploads_a_minute(ann, max_, time):
    """Whoever wants more waits, and nobody else does."""
    for _ in range(30):
        assert ann.post("/files", announcement()).status == 201
    answer = ann.post("/files", announcement())
    assert (answer.status, answer.headers["ratelimit-limit"]) == (429, "30")
    assert max_.post("/files", announcement()).status == 201
    time.pass_(seconds=60)
    assert ann.post("/files", announcement()).status == 201


def test_an_announcement_is_one_write(ann, wire):
    """Beside what counts the upload."""
    ann.post("/files", announcement())
    assert wire.calls == ["TransactWriteItems"]


def test_announcing_puts_nothing(answer):
    """The bytes are the client's to bring."""
    assert keys(UPLOADS) == []
