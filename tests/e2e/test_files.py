"""Files go past the API: up by a form that a page sends to S3, and down by a link to it."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from PIL import Image

from tests.e2e.places import NewAccount, Place, patiently

pytestmark = pytest.mark.slow

_PATIENCE = 50
"""Seconds; less than the minute after which the clock would look for a message that got lost."""
_PAGE = "http://localhost:5173"


@dataclass
class Owner:
    """Somebody with files, and the page from which they come."""

    http: httpx.Client

    def announce(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        """Ask for a form for a file."""
        about = {"name": name, "content_type": content_type, "size": len(content)}
        answer = patiently(self.http, "POST", "/files", json=about)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def send(self, form: dict[str, Any], content: bytes, **fields: str) -> httpx.Response:
        """Send a form to S3, as a page does."""
        return httpx.post(
            form["url"],
            data={**form["fields"], **fields},
            files={"file": ("a", content)},
            headers={"Origin": _PAGE},
            timeout=60,
        )

    def state(self, file_id: str) -> str:
        """How a file stands, once nobody works at it any more."""
        patience_ends = time.monotonic() + _PATIENCE
        state = "processing"
        while state in {"pending", "processing"} and time.monotonic() < patience_ends:
            time.sleep(0.2)
            state = str(patiently(self.http, "GET", f"/files/{file_id}").json()["state"])
        return state

    def open(self, path: str) -> httpx.Response:
        """Follow a path of the API to S3, as a browser does: without the token."""
        led = patiently(self.http, "GET", path)
        assert led.status_code == 307, led.text
        return httpx.get(led.headers["Location"], timeout=60)


@pytest.fixture(scope="module")
def owner(place: Place) -> Iterator[Owner]:
    """Somebody who is signed in."""
    account = NewAccount("files@example.org", "a raft of eider ducks", "Files")
    place.open_accounts([account])
    with httpx.Client(base_url=place.url, timeout=60) as http:
        form = {"username": account.email, "password": account.password}
        token = patiently(http, "POST", "/token", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Owner(http)


def _photograph() -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize((800, 600)).save(written, "JPEG")
    return written.getvalue()


def test_a_photograph_goes_up_and_down(owner):
    """As it was; and small, as another image."""
    photograph = _photograph()
    made = owner.announce("nid d'oie.jpg", photograph, "image/jpeg")
    assert owner.send(made["form"], photograph).status_code == 204
    file_id = made["file"]["id"]
    assert owner.state(file_id) == "ready"
    whole = owner.open(f"/files/{file_id}/content")
    small = owner.open(f"/files/{file_id}/thumbnail?size=small")
    assert (whole.content, whole.headers["Content-Type"]) == (photograph, "image/jpeg")
    assert whole.headers["Content-Disposition"].startswith("attachment; ")
    assert small.headers["Content-Type"] == "image/webp"
    with Image.open(io.BytesIO(small.content)) as image:
        assert (image.format, image.size) == ("WEBP", (160, 120))


def test_a_page_of_the_stage_may_send_the_form(owner):
    """The browser asks before, and shows the page the tag of what it sent."""
    form = owner.announce("a.txt", b"hello", "text/plain")["form"]
    asked = {"Origin": _PAGE, "Access-Control-Request-Method": "POST"}
    preflight = httpx.options(form["url"], headers=asked, timeout=60)
    sent = owner.send(form, b"hello")
    for answer in (preflight, sent):
        assert answer.headers["Access-Control-Allow-Origin"] in {_PAGE, "*"}
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert (preflight.status_code, sent.status_code) == (200, 204)


@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        (b"hello, and more", {}, "EntityTooLarge"),
        (b"hi", {}, "EntityTooSmall"),
        (b"hello", {"Content-Type": "text/html"}, "AccessDenied"),
        (b"hello", {"key": "other"}, "AccessDenied"),
        (b"hello", {"acl": "public-read"}, "AccessDenied"),
        (b"hello", {"x-amz-signature": "0" * 64}, "SignatureDoesNotMatch"),
    ],
)
def test_a_form_takes_nothing_but_what_was_announced(owner, content, fields, code):
    """F2: neither size nor type nor key can be another, and nothing can be added."""
    form = owner.announce("a.txt", b"hello", "text/plain")["form"]
    refused = owner.send(form, content, **fields)
    assert refused.status_code in {400, 403}
    assert ET.fromstring(refused.text).findtext("Code") == code  # noqa: S314 - S3's own


def test_files_are_there_after_a_restart(place, owner):
    """A small one and a large one, each as it was."""
    contents = (b"hello", b"a,b\n" * 1_000_000)
    ids = []
    for content in contents:
        made = owner.announce("a.csv", content, "text/csv")
        assert owner.send(made["form"], content).status_code == 204
        assert owner.state(made["file"]["id"]) == "ready"
        ids.append(made["file"]["id"])
    place.restart()
    found = [owner.open(f"/files/{file_id}/content").content for file_id in ids]
    assert found == list(contents)
