"""Ready files are downloaded from S3, by their owner, for two minutes (threats F13, F14)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from handler.files import storage
from handler.files.models import File
from tests.integration.files.conftest import PDF, TEXT

JSON = {"Accept": "application/json"}


def query(url):
    """What a signed URL demands of S3."""
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


@pytest.fixture
def link(ann, upload):
    """A link to a file of ann's of that name."""

    def made(name="lamp.txt"):
        return ann.get(f"/files/{upload(name=name).id}/content", headers=JSON).body

    return made


def test_a_download_is_a_redirect(ann, upload):
    """To where the bytes are; no copy of them goes through the API."""
    file = upload()
    answer = ann.get(f"/files/{file.id}/content")
    assert (answer.status, answer.text) == (307, "")
    place = urlsplit(answer.headers["location"])
    assert place.hostname == "dunlin-local-files.s3.eu-west-1.amazonaws.com"
    assert place.path == f"/originals/{file.id}"


@pytest.mark.parametrize("accept", ["application/json", "text/html, Application/JSON;q=0.9"])
def test_whoever_accepts_json_gets_the_url(ann, upload, accept):
    """A page of another origin cannot follow the redirect with its own."""
    answer = ann.get(f"/files/{upload().id}/content", headers={"Accept": accept})
    assert (answer.status, answer.body["expires_in"]) == (200, 120)
    assert answer.body["url"].startswith("https://dunlin-local-files.")


def test_a_link_holds_for_two_minutes(link):
    """Shorter than the credentials that signed it, and signed as V4."""
    asked = query(link()["url"])
    assert asked["X-Amz-Expires"] == "120"
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"


def test_a_download_is_an_attachment_of_its_checked_type(ann, upload):
    """Whatever is in it, no browser shows it as a page."""
    file = upload(PDF, name="manual.pdf", content_type="application/pdf")
    asked = query(ann.get(f"/files/{file.id}/content", headers=JSON).body["url"])
    assert asked["response-content-type"] == "application/pdf"
    assert asked["response-content-disposition"].startswith("attachment;")


DISPOSITIONS = {
    "lamp.txt": "attachment; filename=\"lamp.txt\"; filename*=UTF-8''lamp.txt",
    'a "b".txt': "attachment; filename=\"a _b_.txt\"; filename*=UTF-8''a%20%22b%22.txt",
    "50%41;x.txt": "attachment; filename=\"50_41;x.txt\"; filename*=UTF-8''50%2541%3Bx.txt",
    "L\u00fcster.txt": "attachment; filename=\"L_ster.txt\"; filename*=UTF-8''L%C3%BCster.txt",
    "\U0001f4a1.txt": "attachment; filename=\"_.txt\"; filename*=UTF-8''%F0%9F%92%A1.txt",
}


@pytest.mark.parametrize("name", DISPOSITIONS)
def test_a_download_has_its_name(link, name):
    """In two spellings, of which no character ends a header or a quotation (RFC 6266)."""
    assert query(link(name)["url"])["response-content-disposition"] == DISPOSITIONS[name]


@pytest.mark.parametrize("path", ["", "/content"])
@pytest.mark.parametrize("who", ["max_", "admin", "moderator"])
def test_others_find_nothing(upload, request, who, path):
    """A file is its owner's alone, also before those who look after other things."""
    answer = request.getfixturevalue(who).get(f"/files/{upload().id}{path}")
    assert (answer.status, answer.code) == (404, "file_not_found")


def test_nothing_is_downloaded_before_it_is_checked(ann, announce):
    """Nor what was rejected."""
    file = announce()
    storage.put_upload(file, TEXT)
    for state in ("pending", "processing", "rejected"):
        file.update(actions=[File.state.set(state)])
        answer = ann.get(f"/files/{file.id}/content")
        assert (answer.status, answer.code) == (409, "file_not_ready")


def test_a_file_is_read_by_its_version(ann, upload):
    """What has not changed is not sent again."""
    file = upload()
    answer = ann.get(f"/files/{file.id}", headers={"If-None-Match": '"2"'})
    assert (answer.status, answer.headers["etag"]) == (304, '"2"')


class TestList:
    """The list of one's own files."""

    def test_is_newest_first_and_in_pages(self, ann, announce, time):
        """Its cursors lead through all of it."""
        ids = []
        for _ in range(5):
            ids.append(announce().id)
            time.pass_(seconds=1)
        first = ann.get("/files", query="limit=3").body
        rest = ann.get("/files", query=f"limit=3&cursor={first['next']}").body
        assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
        assert rest["next"] is None

    def test_has_nobody_else_s(self, announce, max_):
        """Each account sees its own."""
        announce()
        assert max_.get("/files").body == {"items": [], "next": None}

    def test_refuses_another_s_cursor(self, ann, max_, announce):
        """A cursor belongs to who was given it."""
        announce()
        announce()
        cursor = ann.get("/files", query="limit=1").body["next"]
        assert max_.get("/files", query=f"cursor={cursor}").code == "cursor_invalid"

    def test_is_one_query(self, ann, announce, wire):
        """However many files there are."""
        announce()
        wire.calls.clear()
        ann.get("/files")
        assert wire.calls == ["Query"]


@pytest.mark.parametrize("path", ["/files", "/files/01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])
def test_nobody_has_no_files(anonymous, path):
    """Who asks has to sign in."""
    assert anonymous.get(path).status == 401
