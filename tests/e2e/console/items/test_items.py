"""Items in the console: seen, made, changed at the same time as by others, with photos."""

import io

import pytest
from PIL import Image

from tests.e2e.places import patiently

pytestmark = pytest.mark.slow


def _photo(color):
    written = io.BytesIO()
    Image.new("RGB", (640, 480), color).save(written, "JPEG")
    return {"name": f"{color}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def _noise():
    """A photo that no compression makes small: of a megabyte."""
    written = io.BytesIO()
    Image.effect_noise((1024, 1024), 100).convert("RGB").save(written, "JPEG", quality=98)
    return {"name": "noise.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def test_nothing_yet_says_what_to_do_next(visit, account):
    """And a button does it."""
    page = visit(account).open()
    page.get_by_text("Create an item, or import a file of them").wait_for()
    page.get_by_role("button", name="New item").click()
    page.get_by_label("Name").wait_for()


def test_an_item_is_made(visit, account):
    """And shown as it is."""
    person = visit(account)
    page = person.open("/items/new")
    page.get_by_label("Name").fill("Tin vase")
    page.get_by_label("Price").fill("7.20")
    page.get_by_label("Tags").fill("tin Old")
    page.get_by_role("button", name="Create it").click()
    person.headline("Tin vase")
    page.get_by_text("€7.20").wait_for()
    page.get_by_role("link", name="old").wait_for()


def test_what_is_wrong_stands_beside_its_field(visit, account):
    """As the API says it."""
    person = visit(account)
    person.watch.meant = {422}
    page = person.open("/items/new")
    page.get_by_label("Name").fill("Tin vase")
    page.get_by_label("Price").fill("cheap")
    page.get_by_role("button", name="Create it").click()
    page.locator("small.error", has_text="decimal number").wait_for()


def test_items_are_a_table_or_cards(visit, account, api):
    """As the address says, which may be copied."""
    api.item()
    page = visit(account).open()
    page.get_by_role("row", name="Brass lamp").wait_for()
    page.get_by_label("View").select_option("cards")
    page.get_by_role("article").get_by_role("link", name="Brass lamp").wait_for()
    assert "view=cards" in page.url


def test_items_are_found_by_words(visit, account, api):
    """And what is not like that is gone."""
    api.item()
    api.item(name="Tin vase")
    page = visit(account).open()
    page.get_by_role("searchbox").fill("tin")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("row", name="Brass lamp").wait_for(state="detached")
    page.get_by_role("row", name="Tin vase").wait_for()
    assert page.locator("tbody tr").count() == 1


def test_whoever_is_not_signed_in_sees_what_is_for_sale(visit):
    """The demo data are."""
    page = visit().open()
    page.locator("tbody tr").first.wait_for()
    assert page.locator("tbody").get_by_text("hidden").count() == 0


def test_a_change_in_between_shows_both(visit, account, api):
    """Of each field that differs one chooses; what the other changed alone stays."""
    item = api.item(description="old")
    person = visit(account)
    person.watch.meant = {412}
    page = person.open(f"/items/{item['id']}/edit")
    page.get_by_label("Name").fill("Mine")
    theirs = {"name": "Theirs", "description": "new"}
    assert patiently(api.http, "PATCH", f"/items/{item['id']}", json=theirs).status_code == 200
    page.get_by_role("button", name="Save").click()
    person.headline("Someone changed this meanwhile")
    assert person.violations() == []
    names = page.get_by_role("group", name="Name")
    assert names.get_by_role("radio", name="Mine").is_checked()
    assert (
        page.get_by_role("group", name="Description").get_by_role("radio", name="new").is_checked()
    )
    page.get_by_role("button", name="Save").click()
    person.headline("Mine")
    found = patiently(api.http, "GET", f"/items/{item['id']}").json()
    assert (found["name"], found["description"]) == ("Mine", "new")


def test_their_version_may_be_taken(visit, account, api):
    """One radio button away."""
    item = api.item()
    person = visit(account)
    person.watch.meant = {412}
    page = person.open(f"/items/{item['id']}/edit")
    page.get_by_label("Price").fill("1.00")
    patiently(api.http, "PATCH", f"/items/{item['id']}", json={"price": "2.00"})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("radio", name="Theirs").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("€2.00").wait_for()


def test_photos_go_straight_to_storage(visit, account, api):
    """Several at once; they stand in order, and the first can be another."""
    item = api.item()
    page = visit(account).open(f"/items/{item['id']}")
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    page.get_by_label("Drop photos here").set_input_files([_photo("red"), _photo("blue")])
    page.locator("figure img").nth(1).wait_for()
    posts = [url for method, url in sent if method == "POST"]
    assert sum("dunlin-local-uploads" in url for url in posts) == 2
    first = patiently(api.http, "GET", f"/items/{item['id']}").json()["photos"][0]["file_id"]
    page.get_by_role("button", name="Move to the front").click()
    page.locator(f"figure:last-child img[src*='{first}']").wait_for()


def test_a_photo_shows_how_much_of_it_was_sent(visit, account, api):
    """While it is on its way; at the end it is shown itself."""
    item = api.item()
    page = visit(account).open(f"/items/{item['id']}")
    network = page.context.new_cdp_session(page)
    page.get_by_label("Drop photos here").wait_for()
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
    network.send("Network.emulateNetworkConditions", slow)
    shown = page.evaluate_handle(
        """() => {
          const shown = new Set();
          const bars = () => document.querySelectorAll("progress[value]");
          const note = () => bars().forEach((one) => shown.add(one.value));
          const all = {subtree: true, childList: true, attributes: true};
          new MutationObserver(note).observe(document.body, all);
          return shown;
        }"""
    )
    page.get_by_label("Drop photos here").set_input_files([_noise()])
    page.locator("figure img").wait_for()
    parts = shown.evaluate("(shown) => [...shown]")
    assert len([part for part in parts if 0 < part < 1]) > 1


def test_photos_are_dropped(visit, account, api):
    """From the desktop onto the page."""
    item = api.item()
    page = visit(account).open(f"/items/{item['id']}")
    place = page.locator(".drop")
    place.wait_for()
    carried = page.evaluate_handle(
        """async () => {
          const canvas = new OffscreenCanvas(320, 240);
          canvas.getContext("2d").fillRect(0, 0, 100, 100);
          const carried = new DataTransfer();
          carried.items.add(new File([await canvas.convertToBlob()], "a.png", {type: "image/png"}));
          return carried;
        }"""
    )
    place.dispatch_event("drop", {"dataTransfer": carried})
    page.locator("figure img").wait_for()


def test_a_file_that_is_no_photo_is_refused_with_the_reason(visit, account, api):
    """Nothing else changes."""
    item = api.item()
    page = visit(account).open(f"/items/{item['id']}")
    broken = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff nothing"}
    page.get_by_label("Drop photos here").set_input_files([broken])
    page.get_by_role("alert").get_by_text("a.jpg was not taken").wait_for()


def test_a_hidden_item_shows_its_photos_to_its_owner(visit, account, api):
    """By links that hold for a while."""
    item = api.item(is_available=False)
    page = visit(account).open(f"/items/{item['id']}")
    page.get_by_label("Drop photos here").set_input_files([_photo("red")])
    page.locator("figure img").wait_for()
    assert page.locator("figure img").evaluate(
        "async (img) => (await img.decode(), img.naturalWidth)"
    )


def test_an_item_is_deleted(visit, account, api):
    """Asked first."""
    item = api.item()
    person = visit(account)
    page = person.open(f"/items/{item['id']}")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_text("The item is gone.").wait_for()
    person.headline("Items")
    assert patiently(api.http, "GET", f"/items/{item['id']}").status_code == 404
