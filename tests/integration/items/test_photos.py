"""Photos of items: the owner's images, in order, for everybody while the item is available."""

import base64

import pytest

from handler.files.models import File
from handler.items.models import Item
from tests.client import at_once
from tests.pictures import COFFEE, FLOWER, decoded, encoded, halves

YEAR = "public, max-age=31536000, immutable"
PNG = encoded(halves(), "PNG")


@pytest.fixture
def photograph(ann, inline):
    """Uploads an image that is ready then; its id."""

    def call(content=PNG, name="lamp.png", client=ann, content_type="image/png"):
        answer = client.upload("/upload", ("file", name, content_type, content))
        assert answer.status == 201, answer
        return answer.body["id"]

    return call


@pytest.fixture
def item(offer):
    """An item of ann's."""
    return offer()


@pytest.fixture
def show(ann, item):
    """Sets the item's photos."""

    def call(*file_ids, client=ann, **options):
        return client.put(f"/items/{item['id']}/photos", {"file_ids": list(file_ids)}, **options)

    return call


def urls(file_id):
    """Where a photo is."""
    sizes = ("small", "medium", "large")
    return {"file_id": file_id} | {size: f"/photos/{file_id}/{size}.webp" for size in sizes}


def used_by(file_id):
    """What uses a file."""
    return File.find(file_id).used_by


def seen(client, file_id, size="small"):
    """What the status of a photo is for somebody."""
    return client.get(f"/photos/{file_id}/{size}.webp").status


def test_an_item_begins_without_photos(item):
    """Nothing is shown until something is set."""
    assert (item["photo"], item["photos"]) == (None, [])


def test_photos_are_shown_in_order(ann, item, photograph, show):
    """An item has the photos that were set, in the order in which they were sent."""
    first, second = photograph(), photograph()
    show(second, first)
    assert ann.get(f"/items/{item['id']}").body["photos"] == [urls(second), urls(first)]


def test_the_answer_is_what_is_read_then(ann, item, photograph, show):
    """The next reader gets what the change answered, under the same tag."""
    answer = show(photograph())
    read = ann.get(f"/items/{item['id']}")
    assert (answer.status, answer.body) == (200, read.body)
    assert answer.headers["etag"] == read.headers["etag"] == '"2"'


def test_lists_show_the_first_photo_small(ann, photograph, show):
    """A list has one URL for each item."""
    first, second = photograph(), photograph()
    show(first, second)
    (listed,) = ann.get("/items").body["items"]
    assert (listed["photo"], "photos" in listed) == (urls(first)["small"], False)


def test_photos_can_be_taken_away(ann, item, photograph, show):
    """None is a choice too."""
    file_id = photograph()
    show(file_id)
    assert show().body["photos"] == []
    assert used_by(file_id) == set()


def test_what_stays_is_used_on(item, photograph, show):
    """Of what changes, only what comes and what goes is noted."""
    kept, gone, come = photograph(), photograph(), photograph()
    show(kept, gone)
    show(come, kept)
    user = {f"items:{item['id']}"}
    assert (used_by(kept), used_by(gone), used_by(come)) == (user, set(), user)


def test_a_photo_twice_is_one(photograph, show):
    """An image is shown once."""
    file_id = photograph()
    assert show(file_id, file_id).body["photos"] == [urls(file_id)]


def test_ten_photos_are_enough(photograph, show):
    """An eleventh is refused."""
    ids = [photograph() for _ in range(11)]
    assert show(*ids[:10]).status == 200
    assert show(*ids).status == 422


def test_replacing_an_item_keeps_its_photos(ann, item, new_item, photograph, show):
    """PUT of an item is about its content."""
    file_id = photograph()
    show(file_id)
    assert ann.put(f"/items/{item['id']}", new_item).body["photos"] == [urls(file_id)]


def test_changing_an_item_keeps_its_photos(ann, item, photograph, show):
    """As is PATCH."""
    file_id = photograph()
    show(file_id)
    answer = ann.patch(f"/items/{item['id']}", {"price": "9.00"})
    assert answer.body["photos"] == [urls(file_id)]


def test_a_photo_in_use_is_not_deleted(ann, photograph, show):
    """It is taken from its item first."""
    file_id = photograph()
    show(file_id)
    assert ann.delete(f"/files/{file_id}").code == "file_in_use"
    show()
    assert ann.delete(f"/files/{file_id}").status == 204


class TestWhose:
    """Whose images may be shown, by whom."""

    def test_not_anothers(self, max_, photograph, show):
        """Another's image is not found, as everywhere."""
        answer = show(photograph(client=max_))
        assert (answer.status, answer.code) == (404, "file_not_found")

    def test_not_one_that_is_not_there(self, show):
        """Nor is one that nobody has."""
        answer = show("01K0N4Q7Y2V9S6T3R8W5X1Z0AB")
        assert (answer.status, answer.code) == (404, "file_not_found")

    def test_not_text(self, photograph, show):
        """A file that is no image is no photo."""
        answer = show(photograph(b"a lamp", "lamp.txt", content_type="text/plain"))
        assert (answer.status, answer.code) == (409, "file_not_image")

    def test_not_before_it_is_ready(self, ann, show):
        """An image that is announced only can't be shown."""
        body = {"name": "a.png", "content_type": "image/png", "size": 9}
        answer = show(ann.post("/files", body).body["file"]["id"])
        assert (answer.status, answer.code) == (409, "file_not_ready")

    def test_all_or_none(self, ann, item, photograph, show):
        """One that may not be shown leaves everything as it was."""
        file_id = photograph()
        show(file_id, "01K0N4Q7Y2V9S6T3R8W5X1Z0AB")
        assert (used_by(file_id), ann.get(f"/items/{item['id']}").body) == (set(), item)

    def test_not_by_others(self, max_, photograph, show):
        """Another's item shows what its owner wants."""
        answer = show(photograph(client=max_), client=max_)
        assert (answer.status, answer.code) == (403, "not_your_item")

    def test_moderators_choose_of_the_owners(self, moderator, photograph, show):
        """A moderator may take away and put in order, with images of the item's owner."""
        assert show(photograph(), client=moderator).status == 200
        assert show(photograph(client=moderator), client=moderator).code == "file_not_found"


class TestVersions:
    """Changes at the same time."""

    def test_a_stale_version_is_refused(self, ann, item, photograph, show):
        """If-Match names a version that is gone."""
        ann.patch(f"/items/{item['id']}", {"price": "9.00"})
        answer = show(photograph(), headers={"If-Match": '"1"'})
        assert (answer.status, answer.code) == (412, "version_conflict")

    def test_the_version_that_stands(self, photograph, show):
        """If-Match names the current one."""
        assert show(photograph(), headers={"If-Match": '"1"'}).body["version"] == 2

    def test_at_once(self, item, photograph, show):
        """Of two choices at the same time one stands in the end, and only its photos are used."""
        ids = [photograph(), photograph()]
        at_once([lambda file_id=file_id: show(file_id) for file_id in ids])
        shown = Item.find(item["id"]).photos
        assert shown == [file_id for file_id in ids if used_by(file_id)]
        assert len(shown) == 1


class TestPublic:
    """Who sees a photo."""

    def test_everybody_sees_an_available_items_photo(self, anonymous, photograph, show):
        """Without a token."""
        file_id = photograph()
        show(file_id)
        assert seen(anonymous, file_id) == 200

    def test_it_is_webp_for_a_year(self, anonymous, photograph, show):
        """Caches keep it; it never changes."""
        file_id = photograph()
        show(file_id)
        headers = anonymous.get(f"/photos/{file_id}/small.webp").headers
        assert (headers["content-type"], headers["cache-control"]) == ("image/webp", YEAR)

    @pytest.mark.parametrize(
        ("size", "pixels"), [("small", (160, 107)), ("medium", (480, 320)), ("large", (640, 427))]
    )
    def test_every_size(self, anonymous, photograph, show, size, pixels):
        """The photograph, re-encoded."""
        file_id = photograph(FLOWER.read_bytes(), content_type="image/jpeg")
        show(file_id)
        answer = anonymous.get(f"/photos/{file_id}/{size}.webp")
        assert decoded(base64.b64decode(answer.text)).size == pixels

    def test_no_limit_counts_it(self, anonymous, photograph, show, requests):
        """A page of photos does not use up what a visitor may ask."""
        file_id = photograph(COFFEE.read_bytes())
        show(file_id)
        requests.clear()
        answer = anonymous.get(f"/photos/{file_id}/small.webp")
        assert "ratelimit-limit" not in answer.headers
        assert not [one for one in requests if "limits" in str(one)]

    def test_an_image_that_nothing_shows(self, anonymous, ann, photograph):
        """It is its owner's alone, and at this place nobody's."""
        file_id = photograph()
        assert (seen(anonymous, file_id), seen(ann, file_id)) == (404, 404)

    def test_hidden_with_its_item(self, ann, anonymous, item, photograph, show):
        """An item that is not available shows nothing, until it is again."""
        file_id = photograph()
        show(file_id)
        ann.patch(f"/items/{item['id']}", {"is_available": False})
        hidden = seen(anonymous, file_id)
        ann.patch(f"/items/{item['id']}", {"is_available": True})
        assert (hidden, seen(anonymous, file_id)) == (404, 200)

    def test_gone_with_its_item(self, ann, anonymous, item, photograph, show):
        """An item that is withdrawn shows nothing, and its images are free again."""
        file_id = photograph()
        show(file_id)
        ann.delete(f"/items/{item['id']}")
        assert (seen(anonymous, file_id), used_by(file_id)) == (404, set())

    def test_taken_from_its_item(self, anonymous, photograph, show):
        """A photo that is shown no more is private."""
        file_id = photograph()
        show(file_id)
        show()
        assert seen(anonymous, file_id) == 404

    def test_of_two_items_one_is_enough(self, ann, anonymous, offer, item, photograph, show):
        """An image of a hidden and an available item is public."""
        file_id = photograph()
        show(file_id)
        ann.put(f"/items/{offer()['id']}/photos", {"file_ids": [file_id]})
        ann.patch(f"/items/{item['id']}", {"is_available": False})
        assert seen(anonymous, file_id) == 200

    @pytest.mark.parametrize("size", ["huge", "original", "1280", "SMALL"])
    def test_no_other_size(self, anonymous, photograph, show, size):
        """Photos have three sizes (threats F18)."""
        file_id = photograph()
        show(file_id)
        assert seen(anonymous, file_id, size) == 422

    def test_a_text_file_is_no_photo(self, anonymous, photograph):
        """What has no thumbnails is not found here."""
        file_id = photograph(b"a lamp", "lamp.txt", content_type="text/plain")
        assert seen(anonymous, file_id) == 404


def test_closing_an_account_takes_items_and_photos(ann, jobs, time, photograph, show, item):
    """Items let their photos go, so that files can go too."""
    file_id = photograph()
    show(file_id)
    ann.delete("/users/me")
    for _ in range(8):
        jobs.deliver()
        time.pass_(seconds=61)
    jobs.deliver()
    assert (Item.find(item["id"]), File.find(file_id)) == (None, None)
