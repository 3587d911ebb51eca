"""Offering items: what is accepted, how it is kept, and what is refused where."""

import unicodedata

import pytest

ZEROES = "0" * 30


def places(answer):
    """Where a 422 found something to say."""
    return [tuple(error["loc"]) for error in answer.body["errors"]]


class TestAccepted:
    """POST /items that succeeds."""

    def test_answers_the_item(self, ann, new_item):
        """A new item comes back as it was sent, with its owner."""
        answer = ann.post("/items", new_item)
        assert answer.status == 201
        assert answer.body | new_item == answer.body
        assert answer.body["owner_id"] == "ann"

    def test_starts_at_version_one(self, ann, new_item):
        """The first version is 1, in the body and as ETag."""
        answer = ann.post("/items", new_item)
        assert (answer.body["version"], answer.headers["etag"]) == (1, '"1"')

    def test_says_where_it_is(self, ann, new_item):
        """Location leads to the item."""
        answer = ann.post("/items", new_item)
        assert ann.get(answer.headers["location"]).body == answer.body

    def test_tells_when(self, ann, new_item, time):
        """Both times are those of the creation."""
        body = ann.post("/items", new_item).body
        assert body["created_at"] == body["updated_at"] == "2026-03-01T12:00:00Z"

    def test_fills_in_what_may_be_left_out(self, ann):
        """Without description, availability and tags an item is plain, on sale, without tags."""
        body = ann.post("/items", {"name": "Lamp", "price": 1, "currency": "EUR"}).body
        assert (body["description"], body["is_available"], body["tags"]) == ("", True, [])

    @pytest.mark.parametrize(
        ("raw", "written"),
        [
            ('"12.50"', "12.50"),
            ('"12.5"', "12.50"),
            ('"007"', "7.00"),
            ("12.5", "12.50"),
            ("12", "12.00"),
            ("1.25e1", "12.50"),
            ("1e3", "1000.00"),
            ("0", "0.00"),
            ("-0.0", "0.00"),
            (f"1.{ZEROES}", "1.00"),
            ('"999999999999.99"', "999999999999.99"),
        ],
    )
    def test_takes_prices_as_text_and_number(self, ann, raw, written):
        """Every spelling of a price is answered with the currency's digits."""
        text = f'{{"name": "Lamp", "currency": "EUR", "price": {raw}}}'
        assert ann.post("/items", raw=text).body["price"] == written

    @pytest.mark.parametrize(
        ("currency", "price"),
        [("JPY", "5"), ("EUR", "5.25"), ("KWD", "5.125"), ("UYW", "5.0625")],
    )
    def test_knows_the_digits_of_currencies(self, offer, currency, price):
        """A price may have all the digits that its currency has."""
        assert offer(price=price, currency=currency)["price"] == price

    def test_composes_names(self, offer):
        """A decomposed name is kept composed."""
        name = "Caf\u00e9"
        assert offer(name=unicodedata.normalize("NFD", name))["name"] == name

    def test_trims_names(self, offer):
        """Blanks around a name are dropped."""
        assert offer(name="  Lamp ")["name"] == "Lamp"

    def test_keeps_lines_of_descriptions(self, offer):
        """A description has as many lines as it was given."""
        assert offer(description="one\n\ttwo")["description"] == "one\n\ttwo"

    def test_keeps_a_tag_once(self, offer):
        """A tag that is given twice is one tag, in the order of its first place."""
        assert offer(tags=["b", "a", "b"])["tags"] == ["b", "a"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "n" * 200},
            {"name": "\U0001f4a1" * 200},
            {"name": " ".join(f"w{n}" for n in range(50))},
            {"description": "\u20ac" * 4000},
            {"tags": [f"{n}-{'x' * 37}" for n in range(10)]},
        ],
        ids=["name", "emoji", "words", "description", "tags"],
    )
    def test_takes_the_longest(self, ann, offer, fields):
        """Values at their limits are kept whole."""
        item = offer(**fields)
        assert ann.get(f"/items/{item['id']}").body | fields == item


class TestRefused:
    """POST /items that is refused."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("price", value)
            for value in (
                [
                    "-1",
                    "-0.01",
                    "1,5",
                    "1e3",
                    "+1",
                    ".5",
                    "5.",
                    "0x1",
                    "1_0",
                    "NaN",
                    "sNaN",
                    "Infinity",
                    "1000000000000",
                    "1.00000",
                    "",
                    " 1",
                    "1 ",
                    chr(0x0661),
                    True,
                    None,
                    [],
                    {},
                    -1,
                    10**12,
                    f"1.{ZEROES}1",
                ]
            )
        ]
        + [("currency", value) for value in ("eur", "XXX", "", "EURO", "XAU", None, 978)]
        + [("name", value) for value in ("", "  ", "a\0b", "a\nb", "\x7f", "n" * 201, None, 5)]
        + [("description", value) for value in ("a\0b", "d" * 4001, None, 5)]
        + [("tags", value) for value in ("a", None, ["A"], [""], ["a_b"], ["-a"], ["a--b"])]
        + [("tags", value) for value in (["a b"], ["\u00e9"], ["a\n"], ["t" * 41], ["a#b"], [1])]
        + [("tags", [str(n) for n in range(11)])]
        + [("is_available", value) for value in ("true", 1, None)],
    )
    def test_names_the_field(self, ann, new_item, field, value):
        """A value that breaks a rule is refused, and its field named."""
        answer = ann.post("/items", new_item | {field: value})
        assert answer.status == 422
        assert places(answer)[0][:2] == ("body", field)

    @pytest.mark.parametrize("raw", ["-0.01", f"1.{ZEROES}1", "1e12", "1e399", "1e-5"])
    def test_refuses_numbers_out_of_range(self, ann, raw):
        """A number is held to the same range and digits as text, and never rounded."""
        text = f'{{"name": "Lamp", "currency": "EUR", "price": {raw}}}'
        assert ann.post("/items", raw=text).status == 422

    @pytest.mark.parametrize(
        ("currency", "price"),
        [("JPY", "5.5"), ("EUR", "5.125"), ("KWD", "5.0625"), ("KRW", "0.1")],
    )
    def test_refuses_more_digits_than_the_currency_has(self, ann, new_item, currency, price):
        """A price with more digits than its currency is refused, not rounded."""
        answer = ann.post("/items", new_item | {"price": price, "currency": currency})
        assert (answer.status, answer.code) == (422, "input_invalid")

    @pytest.mark.parametrize("field", ["name", "price", "currency"])
    def test_wants_what_has_no_default(self, ann, new_item, field):
        """A field without a default has to be there."""
        del new_item[field]
        assert places(ann.post("/items", new_item)) == [("body", field)]

    @pytest.mark.parametrize(
        "field",
        [
            "id",
            "owner_id",
            "version",
            "created_at",
            "updated_at",
            "photos",
            "shelf",
            "price_key",
            "owner_currency",
            "write_id",
            "schema",
            "pk",
            "role",
            "price_digits",
        ],
    )
    def test_refuses_what_is_not_the_clients_to_say(self, ann, new_item, field):
        """No field can be set but those of the contract (threats D7)."""
        answer = ann.post("/items", new_item | {field: "x"})
        assert (answer.status, places(answer)) == (422, [("body", field)])

    def test_keeps_nothing(self, ann, new_item, names):
        """A refused item is in no list."""
        ann.post("/items", new_item | {"price": "-1"})
        assert names(ann, owner="ann") == []

    def test_wants_somebody(self, anonymous, new_item):
        """Nobody cannot offer anything."""
        assert anonymous.post("/items", new_item).status == 401
