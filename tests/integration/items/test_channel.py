"""The channel `items`: what everybody sees of the catalogue comes live, and nothing else does."""

import pytest

from tests.integration.realtime.conftest import listening, opened

__all__ = ["listening", "opened"]


def changes(socket):
    """The types and the data of the changes that a socket got since the last look, in order."""
    found = []
    for frame in socket.taken():
        events = frame["events"] if frame["type"] == "events" else [frame]
        for event in events:
            if event["type"] == "items.changed":
                found += [(one["type"], one["data"]) for one in event["data"]["changes"]]
    return found


@pytest.fixture
def watching(time, live, max_, listening):
    """Somebody else who watches the catalogue: what comes to them when all is delivered."""
    socket = listening(max_, "items")

    def look():
        live.deliver()
        return changes(socket)

    look()
    return look


def test_a_new_item_comes_live(watching, offer):
    """What it is called and what it costs; the item itself has the rest."""
    item = offer()
    told = {name: item[name] for name in ("id", "owner_id", "name", "price", "currency", "version")}
    assert watching() == [("item.created", told)]


@pytest.mark.parametrize("fields", [{"price": "9.90"}, {"name": "Tin lamp"}])
def test_a_change_comes_live(watching, offer, ann, fields):
    """As the item is then."""
    item = offer()
    watching()
    ann.patch(f"/items/{item['id']}", fields)
    ((type_, data),) = watching()
    assert (type_, data["id"], data["version"]) == ("item.changed", item["id"], 2)
    assert data == data | fields


def test_a_withdrawn_item_goes(watching, offer, ann):
    """By its id alone."""
    item = offer()
    watching()
    ann.delete(f"/items/{item['id']}")
    assert watching() == [("item.removed", {"id": item["id"]})]


def test_a_hidden_item_goes_and_comes_again(watching, offer, ann):
    """Whoever sees it go cannot tell why."""
    path = f"/items/{offer()['id']}"
    watching()
    ann.patch(path, {"is_available": False})
    assert [type_ for type_, _ in watching()] == ["item.removed"]
    ann.patch(path, {"is_available": True})
    assert [type_ for type_, _ in watching()] == ["item.changed"]


def test_nobody_hears_of_what_is_hidden(watching, offer, ann):
    """Neither that it is there, nor that it changes, nor that it goes."""
    path = f"/items/{offer(is_available=False)['id']}"
    ann.patch(path, {"name": "Secret lamp"})
    ann.delete(path)
    assert watching() == []


def test_the_channel_has_no_parts(max_, listening):
    """What stands behind a colon is no channel."""
    socket = listening(max_, "items:ann")
    assert socket.taken()[-1]["code"] == "channel_not_found"
