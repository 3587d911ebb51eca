"""Lists: their order, what they leave out, how they are paged, and what no index answers."""

from urllib.parse import urlencode

import pytest


@pytest.fixture
def shop(offer, max_, time):
    """Five items, a second apart: two of ann's, two of max's, one of ann's hidden."""
    offered = (
        (None, {"name": "Brass lamp", "price": "12.50", "tags": ["lighting", "brass"]}),
        (max_, {"name": "Lamb wool", "price": "7", "tags": ["wool"]}),
        (None, {"name": "Tin lamp", "price": "3", "currency": "USD", "tags": ["lighting"]}),
        (None, {"name": "Old lantern", "price": "90", "tags": [], "is_available": False}),
        (max_, {"name": "Desk Lamp 0.23", "price": "12.5", "tags": ["lighting", "desk"]}),
    )
    for client, fields in offered:
        time.pass_(seconds=1)
        offer(**fields, **({"client": client} if client else {}))


NEWEST = ["Desk Lamp 0.23", "Tin lamp", "Lamb wool", "Brass lamp"]


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, NEWEST),
        ({"available": "true"}, NEWEST),
        ({"owner": "max"}, ["Desk Lamp 0.23", "Lamb wool"]),
        ({"owner": "nobody"}, []),
        ({"tag": "lighting"}, ["Desk Lamp 0.23", "Tin lamp", "Brass lamp"]),
        ({"tag": "light"}, []),
        ({"tag": "lighting", "owner": "ann"}, ["Tin lamp", "Brass lamp"]),
        ({"currency": "USD"}, ["Tin lamp"]),
        ({"min_price": "7", "max_price": "12.5"}, ["Desk Lamp 0.23", "Lamb wool", "Brass lamp"]),
        ({"max_price": "0"}, []),
        ({"q": "lamp"}, ["Desk Lamp 0.23", "Tin lamp", "Brass lamp"]),
        ({"q": "la"}, ["Lamb wool", "Desk Lamp 0.23", "Tin lamp", "Brass lamp"]),
        ({"q": "lamp li"}, ["Desk Lamp 0.23", "Tin lamp", "Brass lamp"]),
        ({"q": "l lamp"}, ["Desk Lamp 0.23", "Tin lamp", "Brass lamp"]),
        ({"q": "l"}, []),
        ({"q": "0.2"}, ["Desk Lamp 0.23"]),
        ({"q": "wool", "tag": "wool"}, ["Lamb wool"]),
        ({"q": "lamp", "owner": "ann", "tag": "brass", "currency": "EUR"}, ["Brass lamp"]),
        ({"q": "lamp", "max_price": "5"}, ["Tin lamp"]),
        ({"q": "lantern"}, []),
        ({"q": "USER#1"}, []),
        ({"sort": "price", "currency": "EUR"}, ["Lamb wool", "Desk Lamp 0.23", "Brass lamp"]),
        (
            {"sort": "price", "currency": "EUR", "min_price": "12.5"},
            ["Desk Lamp 0.23", "Brass lamp"],
        ),
        ({"sort": "price", "currency": "EUR", "max_price": "12.49"}, ["Lamb wool"]),
        ({"sort": "price", "currency": "EUR", "min_price": "7", "max_price": "7"}, ["Lamb wool"]),
        ({"sort": "price", "currency": "EUR", "owner": "ann"}, ["Brass lamp"]),
        ({"sort": "price", "currency": "JPY"}, []),
    ],
    ids=str,
)
def test_everybody_sees(anonymous, shop, names, query, expected, limit):
    """Each list has its items in its order, however it is paged."""
    assert names(anonymous, limit, **query) == expected


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        ("ann", {"owner": "ann"}, ["Old lantern", "Tin lamp", "Brass lamp"]),
        ("ann", {"owner": "ann", "available": "false"}, ["Old lantern"]),
        ("ann", {"owner": "ann", "q": "lan"}, ["Old lantern"]),
        (
            "ann",
            {"owner": "ann", "sort": "price", "currency": "EUR"},
            ["Brass lamp", "Old lantern"],
        ),
        ("ann", {"q": "lan"}, []),
        ("max_", {"owner": "ann"}, ["Tin lamp", "Brass lamp"]),
        ("max_", {"owner": "ann", "available": "false"}, []),
        ("max_", {"owner": "ann", "q": "old", "available": "false"}, []),
        ("moderator", {}, NEWEST),
        ("moderator", {"available": "false"}, ["Old lantern"]),
        ("moderator", {"available": "false", "q": "lan"}, ["Old lantern"]),
        ("moderator", {"owner": "ann", "available": "false"}, ["Old lantern"]),
    ],
    ids=str,
)
def test_hidden_items_are_for_their_owner_and_moderators(
    request, shop, names, who, query, expected
):
    """A list holds a hidden item only for those who may see it."""
    assert names(request.getfixturevalue(who), **query) == expected


@pytest.mark.parametrize("who", ["anonymous", "ann"])
@pytest.mark.parametrize("query", ["", "&q=lamp", "&tag=brass"])
def test_everybodys_hidden_items_are_for_moderators(request, who, query):
    """Without an owner, hidden items are forbidden by whatever they are asked."""
    answer = request.getfixturevalue(who).get("/items", query=f"available=false{query}")
    assert (answer.status, answer.code) == (403, "hidden_items_forbidden")


@pytest.mark.parametrize(
    "query",
    ["sort=price"]
    + [f"sort=price&currency=EUR&{other}" for other in ("q=a", "tag=a", "available=true")]
    + ["sort=price&owner=ann", "sort=price&available=false&currency=EUR"],
)
def test_no_index_answers(anonymous, query):
    """Sorting by price wants a currency and takes an owner and a range only."""
    answer = anonymous.get("/items", query=query)
    assert (answer.status, answer.code) == (422, "query_unsupported")


@pytest.mark.parametrize(
    "query",
    [f"limit={limit}" for limit in ("0", "-1", "101", "1000000000", "1e3", "x", "", "1.5")]
    + [f"sort={sort}" for sort in ("", "name", "owner_id", "-price", "shelf")]
    + [f"{name}=x" for name in ("shelf", "id", "price", "fields", "offset", "is_available")]
    + [f"owner={owner}" for owner in ("", "a%23b", "USER%231", "a%20b", "%C3%A9", "x" * 65)]
    + [f"tag={tag}" for tag in ("", "A", "a%23b", "a%20b", "%20", "x" * 41)]
    + [f"q={q}" for q in ("", "%20", "%23", "-", "%E2%80%8B", "x" * 201)]
    + [f"min_price={price}" for price in ("", "x", "-1", "NaN", "1_0", "%201", "1e3", "1e999")]
    + [f"currency={currency}" for currency in ("", "eur", "XXX")]
    + [f"available={available}" for available in ("", "maybe", "2")]
    + ["tag=a&tag=b", "limit=1&limit=2", "q=a&q=a", f"cursor={'x' * 601}"],
)
def test_refuses(anonymous, wire, query):
    """A query that breaks a rule is refused without a call (threats D9, D11, D15, E16)."""
    assert anonymous.get("/items", query=query).status == 422
    assert wire.calls == []


@pytest.mark.parametrize("sort", ["", "&sort=price&currency=EUR", "&q=lamp", "&owner=ann"])
def test_refuses_a_range_that_is_none(anonymous, wire, sort):
    """A range whose end lies before its beginning is refused: DynamoDB would refuse it too."""
    assert anonymous.get("/items", query=f"min_price=5&max_price=4.99{sort}").status == 422
    assert wire.calls == []


class TestSearch:
    """What a word is."""

    @pytest.mark.parametrize(
        "q", ["CAF\u00c9", "cafe\u0301", "\uff43\uff41\uff46\u00e9", "caf", "Caf\u00e9!"]
    )
    def test_case_width_and_composition_do_not_matter(self, ann, offer, names, q):
        """A word is found in every way it can be typed."""
        offer(name="Caf\u00e9 chair", tags=[])
        assert names(ann, q=q) == ["Caf\u00e9 chair"]

    @pytest.mark.parametrize(
        ("name", "q", "found"),
        [
            ("Stra\u00dfe", "STRASSE", True),
            ("sci-fi", "fi", True),
            ("0.23 carat", "0.23", True),
            ("0.23 carat", "23", False),
            ("x y", "x", True),
            ("xy", "x", False),
            ("xy zebra", "x zeb", True),
            ("\u0416\u0443\u043a", "\u0436\u0443", True),
            ("\u6771\u4eac\u306e\u5730\u56f3", "\u6771\u4eac", True),
            ("a" * 60, "a" * 50, True),
            ("\U00020000\U00020001", "\U00020000", False),
            ("\U00020000\U00020001", "\U00020000\U00020001", True),
        ],
    )
    def test_finds_by_the_beginnings_of_words(self, ann, offer, names, name, q, found):
        """Words are found by how they begin, one letter alone only when it is the word."""
        offer(name=name, tags=[])
        assert names(ann, q=q) == ([name] if found else [])

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    def test_an_item_with_many_words_of_a_prefix_comes_once(self, ann, offer, names, time, limit):
        """An item whose words begin alike is listed once, at the first of them."""
        for name in ("lab lac lad lag", "lac lad", "lag lab"):
            time.pass_(seconds=1)
            offer(name=name, tags=["lamp", "lamb"])
        assert names(ann, limit, q="la") == ["lag lab", "lab lac lad lag", "lac lad"]

    def test_a_batch_of_known_items_asks_for_nothing(self, ann, offer, names, wire):
        """Rows that stand for items met before cost no read: DynamoDB refuses an empty one."""
        offer(name="lab lac lad lag", tags=[])
        wire.requests.clear()
        names(ann, 1, q="la")
        batches = [one["RequestItems"] for one in wire.requests if "RequestItems" in one]
        assert [len(one["dunlin-local-items"]["Keys"]) for one in batches] == [1]


class TestCursor:
    """Where a next page begins."""

    @pytest.fixture
    def cursor(self, anonymous, shop):
        """The cursor behind the first two of all."""
        return anonymous.get("/items", query="limit=2").body["next"]

    @pytest.mark.parametrize(
        "query", ["q=lamp", "owner=ann", "tag=brass", "currency=EUR", "max_price=9"]
    )
    def test_belongs_to_its_query(self, anonymous, cursor, query):
        """A cursor of another query is refused."""
        answer = anonymous.get("/items", query=f"{query}&cursor={cursor}")
        assert (answer.status, answer.code) == (400, "cursor_invalid")

    @pytest.mark.parametrize("who", ["ann", "moderator"])
    def test_belongs_to_its_caller(self, request, cursor, who):
        """A cursor of somebody else is refused (threats D5)."""
        assert request.getfixturevalue(who).get("/items", query=f"cursor={cursor}").status == 400

    def test_fits_any_limit(self, anonymous, cursor):
        """The limit may change from page to page."""
        answer = anonymous.get("/items", query=f"limit=7&cursor={cursor}")
        assert [item["name"] for item in answer.body["items"]] == NEWEST[2:]

    def test_lasts_a_day(self, anonymous, cursor, time):
        """A cursor is good for 24 hours and not for a second more."""
        time.pass_(seconds=24 * 3600 - 1)
        assert anonymous.get("/items", query=f"cursor={cursor}").status == 200
        time.pass_(seconds=1)
        assert anonymous.get("/items", query=f"cursor={cursor}").code == "cursor_invalid"

    @pytest.mark.parametrize("place", [0, 10, -30, -1])
    def test_cannot_be_changed(self, anonymous, cursor, place):
        """A cursor with another character is refused."""
        other = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + other + (cursor[place:][1:])
        assert anonymous.get("/items", query=urlencode({"cursor": forged})).status == 400

    @pytest.mark.parametrize(
        "cursor", ["", ".", "x", "a.b", "a.1.b", "a.99999999999.b", "\u00e9", "a.\u0661.b"]
    )
    def test_cannot_be_made_up(self, anonymous, cursor):
        """What never was a cursor is refused."""
        answer = anonymous.get("/items", query=urlencode({"cursor": cursor}))
        assert answer.status == (400 if cursor else 200)

    def test_an_end_that_vanished_is_the_end(self, ann, offer, names):
        """When all behind a cursor is gone meanwhile, its page is empty and the last."""
        ids = sorted(offer()["id"] for _ in range(3))
        cursor = ann.get("/items", query="limit=2").body["next"]
        ann.delete(f"/items/{ids[0]}")
        answer = ann.get("/items", query=f"limit=2&cursor={cursor}")
        assert answer.body == {"items": [], "next": None}
