"""The main job on real input: a catalogue goes in, and is found, changed and found again."""

import pytest

pytestmark = pytest.mark.slow


def test_every_row_became_one_item(catalogue):
    """Paging through each seller's items meets each exactly once, newest first."""
    for seller in catalogue.sellers.all:
        met = catalogue.ids(owner=seller.id, limit=40)
        assert met == sorted(catalogue.of(seller), reverse=True)


def test_the_newest_list_has_all_of_them(catalogue):
    """The list of everything, merged from its shards, has no gap and no double."""
    met = catalogue.ids(limit=100)
    assert met == sorted(set(met), reverse=True)
    assert set(catalogue.items) <= set(met)


def test_the_price_list_is_in_order(catalogue):
    """By price, every item of a seller comes once, and never after a dearer one."""
    for seller in catalogue.sellers.all:
        pages = catalogue.pages(owner=seller.id, sort="price", currency="USD", limit=40)
        met = [item for page in pages for item in page]
        prices = [float(item["price"]) for item in met]
        assert prices == sorted(prices)
        assert sorted(item["id"] for item in met) == sorted(catalogue.of(seller))


def test_a_price_range_finds_what_lies_in_it(catalogue):
    """A range over the shards finds exactly the items whose price lies in it."""
    found = catalogue.ids(sort="price", currency="USD", min_price="400", max_price="450", limit=100)
    expected = {id_ for id_, item in catalogue.items.items() if 400 <= float(item["price"]) <= 450}
    assert expected <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("q", ["prem", "0.7", "ideal vvs"])
def test_search_finds_what_has_the_words(catalogue, q):
    """Beginnings of words find every item that has such words, once, and no other."""
    for seller in catalogue.sellers.all:
        found = catalogue.ids(q=q, owner=seller.id, limit=100)
        expected = {id_ for id_, item in catalogue.of(seller).items() if _matches(item, q)}
        assert len(found) == len(set(found))
        assert set(found) == expected


def _matches(item, q):
    return all(any(word.startswith(part) for word in _words(item)) for part in q.lower().split())


def _words(item):
    text = " ".join([item["name"], *item["tags"]]).lower()
    return text.replace(",", " ").replace("-", " ").split()


def test_a_tag_finds_what_carries_it(catalogue):
    """A tag's list has every item that carries it, and no other."""
    found = catalogue.ids(tag="very-good", limit=100)
    expected = {id_ for id_, item in catalogue.items.items() if "very-good" in item["tags"]}
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_a_change_with_its_etag_is_made(catalogue):
    """A PATCH that names the version it saw goes through and gets the next ETag."""
    id_ = min(catalogue.items)
    etag = catalogue.get(f"/items/{id_}").headers["ETag"]
    answer = catalogue.patch(id_, etag, description="On hold.")
    assert answer.status_code == 200
    assert answer.headers["ETag"] != etag


def test_a_change_against_its_etag_is_refused(catalogue):
    """A PATCH that names a version of the past changes nothing."""
    id_ = max(catalogue.items)
    etag = catalogue.get(f"/items/{id_}").headers["ETag"]
    catalogue.patch(id_, etag, description="First.")
    second = catalogue.patch(id_, etag, description="Second.")
    assert second.json()["code"] == "version_conflict"
    assert catalogue.get(f"/items/{id_}").json()["description"] == "First."


def test_offering_again_answers_the_same_item(catalogue):
    """A key that was used answers the item that it made then."""
    first = catalogue.items[min(catalogue.items)]
    body = {name: first[name] for name in ("name", "description", "price", "currency", "tags")}
    key = {"Idempotency-Key": "offered-again-0001"}
    seller = catalogue.sellers.all[0]
    once = seller.ask("POST", "/items", json=body, headers=key)
    again = seller.ask("POST", "/items", json=body, headers=key)
    seller.ask("DELETE", once.headers["Location"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == once.json()


def test_a_restart_forgets_nothing(catalogue):
    """What was loaded before the server stopped is there when it runs again, and tokens hold."""
    before = [item for page in catalogue.pages(limit=100) for item in page]
    catalogue.place.restart()
    after = [item for page in catalogue.pages(limit=100) for item in page]
    assert after == before
