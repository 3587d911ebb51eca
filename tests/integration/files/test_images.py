"""Images get thumbnails, and are ready then."""

import re

import pytest
from PIL import Image

from handler.core import aws as core_aws
from handler.core.ids import new_id
from handler.files import storage
from handler.files.models import File
from handler.files.schemas import MakeThumbnails
from handler.files.states import Size, State
from handler.jobs import enqueue
from tests.integration.files.conftest import STORED, arrive, keys
from tests.pictures import COFFEE, FLOWER, RED, decoded, encoded, halves, is_near, turned

PNG = encoded(halves(), "PNG")


@pytest.fixture
def image(upload):
    """Uploads an image of ann's."""

    def call(content=PNG, content_type="image/png", **fields):
        return upload(content, name="lamp.png", content_type=content_type, **fields)

    return call


def thumbnail(file, size=Size.SMALL):
    """A thumbnail as it is stored."""
    return decoded(storage.get_thumbnail(file.id, size))


@pytest.mark.parametrize(
    ("photograph", "content_type", "size"),
    [(FLOWER, "image/jpeg", (640, 427)), (COFFEE, "image/png", (600, 400))],
    ids=["flower", "coffee"],
)
def test_a_photograph_is_ready_with_its_size(image, photograph, content_type, size):
    """An image that was checked and shrunk tells its width and height."""
    file = image(photograph.read_bytes(), content_type)
    assert (file.state, (file.width, file.height)) == (State.READY, size)


def test_every_size_is_stored(image):
    """The original and three thumbnails are where files stay."""
    file = image()
    thumbnails = [f"thumbnails/{file.id}/{size}.webp" for size in Size]
    assert keys(STORED) == sorted([f"originals/{file.id}", *thumbnails])


def test_thumbnails_are_stored_as_webp(image):
    """S3 says of them what they are."""
    place = {"Bucket": STORED, "Key": f"thumbnails/{image().id}/small.webp"}
    assert core_aws.call("s3", "HeadObject", place)["ContentType"] == "image/webp"


def test_an_image_that_is_processed_is_not_ready(ann, announce, jobs):
    """Between the check and its thumbnails an image can't be downloaded."""
    file = announce(PNG, content_type="image/png")
    file.update(actions=[File.state.set(State.PROCESSING.value)])
    answer = ann.get(f"/files/{file.id}/content")
    assert (answer.status, answer.code) == (409, "file_not_ready")


def test_the_original_stays_as_it_was(image):
    """Its owner downloads what was uploaded, metadata included."""
    content = encoded(halves(), "JPEG", exif=turned(6))
    assert b"".join(storage.open_original(image(content, "image/jpeg").id)) == content


def test_thumbnails_say_nothing_of_the_place(image):
    """Where a photograph was taken is in none of its thumbnails (threats F10)."""
    file = image(encoded(halves(), "JPEG", exif=turned(1)), "image/jpeg")
    assert [dict(thumbnail(file, size).getexif()) for size in Size] == [{}, {}, {}]


def test_a_photograph_on_its_side_is_upright(image):
    """Width, height and thumbnails are those of the image as it is to be seen."""
    file = image(encoded(halves(), "JPEG", exif=turned(6)), "image/jpeg")
    assert (file.width, file.height, thumbnail(file).size) == (40, 60, (40, 60))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PNG + b"<script>alert(1)</script>PK\x03\x04", "image/png"),
        (encoded(halves().convert("P"), "GIF", comment=b"*/alert(1)/*"), "image/gif"),
    ],
    ids=["png and html", "gif and javascript"],
)
def test_only_what_was_re_encoded_is_shown(image, content, content_type):
    """What hides in an image or behind it is in none of its thumbnails (threats F5)."""
    file = image(content, content_type)
    shown = b"".join(storage.get_thumbnail(file.id, size) for size in Size)
    assert (file.state, b"alert" in shown, b"PK" in shown) == (State.READY, False, False)


BROKEN = {
    "truncated": (PNG[: len(PNG) // 2], "image/png", "image_broken"),
    "only a header": (PNG[:40], "image/png", "not_an_image"),
    "large": (encoded(Image.new("1", (13_000, 13_000)), "PNG"), "image/png", "image_too_large"),
    "gif without a frame": (b"GIF89a" + b"\1\0" * 4, "image/gif", "not_an_image"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_image_is_rejected(image, case):
    """What can't be shown is rejected with a reason (threats F8, F9)."""
    content, content_type, reason = BROKEN[case]
    file = image(content, content_type)
    assert (file.state, file.reason) == (State.REJECTED, reason)


def test_nothing_is_kept_of_a_rejected_image(image):
    """Its bytes go, which were accepted before they were opened."""
    image(PNG[: len(PNG) // 2])
    assert keys(STORED) == []


def test_making_thumbnails_again_changes_nothing(image, jobs):
    """A job that comes twice finds an image that is ready."""
    file = image()
    enqueue(MakeThumbnails(owner_id="ann", file_id=file.id))
    jobs.deliver()
    assert File.find(file.id).version == file.version


def test_thumbnails_of_a_file_that_is_gone(jobs):
    """Nothing is left of a file that was deleted before its thumbnails were made."""
    file_id = new_id()
    storage.put_thumbnail(file_id, Size.SMALL, b"made before")
    enqueue(MakeThumbnails(owner_id="ann", file_id=file_id))
    jobs.deliver()
    assert keys(STORED) == []


def test_a_thumbnail_is_at_a_short_lived_url(ann, image):
    """Its owner is sent to S3, which shows it."""
    file = image()
    answer = ann.get(f"/files/{file.id}/thumbnail", query="size=medium")
    assert answer.status == 307
    assert re.search(
        rf"/thumbnails/{file.id}/medium\.webp\?.*X-Amz-Expires=120", answer.headers["location"]
    )


def test_a_thumbnails_url_as_json(ann, image):
    """A page of another origin, which can't follow, gets the URL."""
    where = f"/files/{image().id}/thumbnail"
    answer = ann.get(where, query="size=small", headers={"Accept": "application/json"})
    assert (answer.status, answer.body["expires_in"]) == (200, 120)
    assert answer.body["url"].startswith("https://")


@pytest.mark.parametrize("query", ["size=huge", "size=1280", "size=../small", "size=", ""])
def test_no_other_size(ann, image, query):
    """Thumbnails have three sizes, whatever is asked for (threats F18)."""
    answer = ann.get(f"/files/{image().id}/thumbnail", query=query)
    assert (answer.status, answer.code) == (422, "input_invalid")


def test_text_has_no_thumbnail(ann, upload):
    """Only images have."""
    answer = ann.get(f"/files/{upload().id}/thumbnail", query="size=small")
    assert (answer.status, answer.code) == (404, "thumbnail_not_found")


def test_thumbnails_of_another_are_not_found(max_, image):
    """An image is its owner's."""
    answer = max_.get(f"/files/{image().id}/thumbnail", query="size=small")
    assert (answer.status, answer.code) == (404, "file_not_found")


def test_no_thumbnail_of_a_rejected_image(ann, image):
    """It was never made."""
    file = image(PNG[: len(PNG) // 2])
    answer = ann.get(f"/files/{file.id}/thumbnail", query="size=small")
    assert (answer.status, answer.code) == (409, "file_not_ready")


def test_a_thumbnail_shows_the_image(image):
    """Red on its left, as the image is."""
    assert is_near(thumbnail(image()).getpixel((2, 20)), RED)


def test_an_image_deleted_while_it_is_processed(ann, announce, jobs):
    """Nothing is left of an image that is deleted while its thumbnails are stored."""
    file = announce(PNG, content_type="image/png")
    s3 = core_aws.client("s3").meta.events

    def delete(request, **_):
        if request.url.endswith("/small.webp"):
            assert ann.delete(f"/files/{file.id}").status == 204

    s3.register_first("before-send.s3.PutObject", delete, unique_id="delete")
    arrive(file, PNG)
    jobs.deliver()
    s3.unregister("before-send.s3.PutObject", unique_id="delete")
    assert (File.find(file.id), keys(STORED)) == (None, [])
