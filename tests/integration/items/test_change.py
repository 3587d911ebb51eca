"""Changing and withdrawing items: what is kept, what moves along, and whose version counts."""

import pytest


@pytest.fixture
def item(offer):
    """An item of ann's."""
    return offer()


@pytest.fixture
def path(item):
    """Where it is."""
    return f"/items/{item['id']}"


class TestPut:
    """PUT /items/{id}."""

    def test_replaces_everything(self, ann, path, item):
        """What is not sent falls back to its default."""
        body = {"name": "Tin lamp", "price": "3", "currency": "JPY"}
        answer = ann.put(path, body)
        defaults = {"description": "", "is_available": True, "tags": []}
        assert answer.body == {
            **item,
            **body,
            **defaults,
            "version": 2,
            "updated_at": answer.body["updated_at"],
        }

    def test_is_what_is_read_then(self, ann, path, new_item):
        """The next reader gets what the change answered."""
        answer = ann.put(path, new_item | {"price": "1.00"})
        assert ann.get(path).body == answer.body

    def test_keeps_owner_and_creation(self, moderator, time, offer, new_item):
        """Another's change leaves the owner and the time of creation."""
        item = offer()
        time.pass_(hours=1)
        body = moderator.put(f"/items/{item['id']}", new_item).body
        assert (body["owner_id"], body["created_at"]) == ("ann", item["created_at"])
        assert body["updated_at"] == "2026-03-01T13:00:00Z"


class TestPatch:
    """PATCH /items/{id}."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "Tin lamp"},
            {"description": ""},
            {"price": "3.00"},
            {"price": "3", "currency": "JPY"},
            {"is_available": False},
            {"tags": []},
            {"tags": ["tin"], "name": "Tin", "price": "0.01"},
        ],
        ids="+".join,
    )
    def test_changes_what_is_named(self, ann, path, item, fields):
        """The fields that are sent change, and no others."""
        answer = ann.patch(path, fields)
        moved = {"version": 2, "updated_at": answer.body["updated_at"]}
        assert (answer.status, answer.body) == (200, {**item, **fields, **moved})
        assert ann.get(path).body == answer.body

    def test_wants_a_field(self, ann, path):
        """A change of nothing is refused."""
        assert ann.patch(path, {}).status == 422

    @pytest.mark.parametrize(
        "fields",
        [
            {"owner_id": "max"},
            {"version": 9},
            {"id": "x"},
            {"shelf": "open#00"},
            {"name": None},
            {"price": None},
            {"tags": None},
            {"currency": ""},
            {"name": ""},
        ],
    )
    def test_refuses_what_cannot_be_set(self, ann, path, fields):
        """No other field, and no null, can be set (threats D7)."""
        assert ann.patch(path, fields).status == 422
        assert ann.get(path).body["version"] == 1

    @pytest.mark.parametrize("who", ["ann", "moderator"])
    @pytest.mark.parametrize(
        "fields",
        [
            {"price": "1.125"},
            {"price": "1.5", "currency": "JPY"},
            {"currency": "JPY"},
            {"price": "1.125", "name": "Tin"},
            {"currency": "JPY", "tags": []},
        ],
        ids="+".join,
    )
    def test_holds_price_and_currency_together(self, request, path, who, fields):
        """A price never has more digits than its currency, whichever of them changes."""
        answer = request.getfixturevalue(who).patch(path, fields)
        assert (answer.status, answer.code) == (422, "input_invalid")

    @pytest.mark.parametrize("who", ["ann", "moderator"])
    def test_lets_the_currency_change_alone(self, request, path, who, names):
        """A price that fits the new currency stays, and is found under it."""
        answer = request.getfixturevalue(who).patch(path, {"currency": "KWD"})
        assert (answer.body["price"], answer.body["currency"]) == ("12.500", "KWD")
        for owner in ({}, {"owner": "ann"}):
            assert len(names(answer_to(request), sort="price", currency="KWD", **owner)) == 1
            assert names(answer_to(request), sort="price", currency="EUR", **owner) == []

    def test_lets_a_narrower_currency_in_after_the_price(self, ann, path):
        """A price without digits lets a currency without digits in."""
        ann.patch(path, {"price": "12.00"})
        assert ann.patch(path, {"currency": "JPY"}).body["price"] == "12"


def answer_to(request):
    """Who asks, when it does not matter."""
    return request.getfixturevalue("anonymous")


class TestFound:
    """Lists after a change."""

    def test_old_words_no_longer_find_it(self, ann, path, names):
        """A renamed item is found by its new words alone."""
        ann.patch(path, {"name": "Tin can"})
        assert [names(ann, q=q) for q in ("lamp", "can", "tin")] == [[], ["Tin can"], ["Tin can"]]

    def test_words_that_stay_still_find_it(self, ann, path, names):
        """A word is found once, also when its neighbours changed."""
        ann.patch(path, {"name": "Bran lamp"})
        assert names(ann, q="bra") == ["Bran lamp"]
        ann.patch(path, {"tags": []})
        assert names(ann, q="bra") == ["Bran lamp"]

    def test_tags_move(self, ann, path, names):
        """An item is found by the tags it has."""
        ann.patch(path, {"tags": ["tin"]})
        assert [names(ann, tag=tag) for tag in ("brass", "tin")] == [[], ["Brass lamp"]]
        assert [names(ann, q=q) for q in ("lighting", "tin")] == [[], ["Brass lamp"]]

    def test_a_hidden_item_leaves_the_lists(self, ann, path, names):
        """What is not on sale is in its owner's list alone."""
        ann.patch(path, {"is_available": False})
        for query in ({}, {"q": "lamp"}, {"tag": "brass"}, {"sort": "price", "currency": "EUR"}):
            assert names(ann, **query) == []
        assert names(ann, owner="ann") == ["Brass lamp"]


class TestIfMatch:
    """Changes that expect a version."""

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("etag", ['"2"', '"0"', "1", "", '"x"', 'W/"1"', '"01x"'])
    def test_refuses_another_version(self, ann, path, new_item, method, etag):
        """A change that expects anything else changes nothing; weak tags never match."""
        body = None if method == "DELETE" else new_item
        answer = ann.ask(method, path, body, headers={"If-Match": etag})
        assert (answer.status, answer.code) == (412, "version_conflict")
        assert ann.get(path).body["version"] == 1

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("etag", ['"1"', '"7", "1"', "*"])
    def test_lets_the_expected_version_change(self, ann, path, new_item, method, etag):
        """A change that expects the present version is made."""
        body = None if method == "DELETE" else new_item
        assert ann.ask(method, path, body, headers={"If-Match": etag}).status in (200, 204)

    def test_asks_dynamodb_for_no_more_than_it_takes(self, ann, path, wire):
        """The longest If-Match that is let in names at most 100 versions: IN takes no more."""
        tags = ",".join(['"2"'] * 75)
        assert ann.patch(path, {"price": 1}, headers={"If-Match": tags}).status == 412
        assert len(wire.requests[-1]["ExpressionAttributeValues"]) < 100
        longer = f'{tags},"2"'
        assert ann.patch(path, {"price": 1}, headers={"If-Match": longer}).status == 422

    def test_a_fast_change_is_held_to_it_too(self, ann, path):
        """Each change makes the version before it stale."""
        assert ann.patch(path, {"price": 1}, headers={"If-Match": '"1"'}).status == 200
        assert ann.patch(path, {"price": 2}, headers={"If-Match": '"1"'}).status == 412
        assert ann.patch(path, {"price": 2}, headers={"If-Match": '"2"'}).headers["etag"] == '"3"'


class TestDelete:
    """DELETE /items/{id}."""

    def test_answers_nothing(self, ann, path):
        """A withdrawn item leaves no body behind."""
        answer = ann.delete(path)
        assert (answer.status, answer.text) == (204, "")

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
    def test_is_for_good(self, ann, path, new_item, method):
        """What was withdrawn is not found, and not brought back by a change."""
        ann.delete(path)
        body = new_item if method in ("PUT", "PATCH") else None
        assert ann.ask(method, path, body).code == "item_not_found"

    def test_takes_it_out_of_every_list(self, ann, path, names):
        """No list shows what was withdrawn."""
        ann.delete(path)
        lists = [{}, {"owner": "ann"}, {"q": "lamp"}, {"tag": "brass"}]
        lists += [{"sort": "price", "currency": "EUR"}]
        assert [names(ann, **query) for query in lists] == [[]] * 5
