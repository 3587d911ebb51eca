"""Random histories of a catalogue, against a few lines of Python that say what each list holds."""

import re
from decimal import Decimal
from urllib.parse import urlencode

import botocore.session
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handler.core.ids import mirrored

WORDS = ["lamp", "Lamb", "lab", "LA", "l", "x", "lantern", "0.23", "Zebra"]
PREFIXES = ["la", "lam", "LAMP", "l", "x", "0.", "ze", "la x", "l lam", "lab la", "lantern l"]
TAGS = ["la", "lab-l", "x", "brass"]
PRICES = ["0.00", "1.00", "1.25", "9.00", "10.00"]
CURRENCIES = ["EUR", "KWD"]

names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
contents = {
    "name": names,
    "price": st.sampled_from(PRICES),
    "currency": st.sampled_from(CURRENCIES),
    "is_available": st.booleans(),
    "tags": st.lists(st.sampled_from(TAGS), unique=True),
}
picks = st.integers(0, 1000)
ranges = st.tuples(*[st.sampled_from([None, *PRICES])] * 2).filter(
    lambda pair: None in pair or Decimal(pair[0]) <= Decimal(pair[1])
)
whos = st.sampled_from(["ann", "max", "mod", None])
MODERATORS = {"mod"}


def words_of(item):
    """The words that an item is found by, by the rule in the documentation."""
    return set(re.findall(r"[a-z0-9.]+", " ".join([item["name"], *item["tags"]]).casefold()))


class Shop(RuleBasedStateMachine):
    """A catalogue and what it should hold."""

    def __init__(self, anonymous, time):
        super().__init__()
        roles = {"ann": "user", "max": "user", "mod": "moderator"}
        self.clients = {who: anonymous.signed_in(who, role) for who, role in roles.items()}
        self.clients[None] = anonymous
        self.time = time
        self.items = {}

    @initialize(offers=st.lists(st.fixed_dictionaries(contents), min_size=6, max_size=12))
    def open(self, offers):
        """Begin with some items."""
        for number, body in enumerate(offers):
            self.offer(("ann", "max")[number % 2], body, 1)

    @rule(
        who=whos.filter(bool),
        body=st.fixed_dictionaries(contents),
        later=st.sampled_from([0, 0.001, 5]),
    )
    def offer(self, who, body, later):
        """Somebody offers an item, perhaps in the same millisecond as the last."""
        self.time.pass_(seconds=later)
        answer = self.clients[who].post("/items", body)
        assert answer.status == 201
        self.items[answer.body["id"]] = body | {"owner": who}

    def some(self, pick):
        """One of the items."""
        return sorted(self.items)[pick % len(self.items)]

    @precondition(lambda self: self.items)
    @rule(
        pick=picks,
        fields=st.fixed_dictionaries({}, optional=contents).filter(bool),
        by_moderator=st.booleans(),
    )
    def patch(self, pick, fields, by_moderator):
        """An item's owner or a moderator changes some of it."""
        id_ = self.some(pick)
        who = "mod" if by_moderator else self.items[id_]["owner"]
        assert self.clients[who].patch(f"/items/{id_}", fields).status == 200
        self.items[id_] |= fields

    @precondition(lambda self: self.items)
    @rule(pick=picks, body=st.fixed_dictionaries(contents))
    def replace(self, pick, body):
        """An item is replaced."""
        id_ = self.some(pick)
        assert self.clients["mod"].put(f"/items/{id_}", body).status == 200
        self.items[id_] |= body

    @precondition(lambda self: self.items)
    @rule(pick=picks)
    def withdraw(self, pick):
        """An item is withdrawn."""
        id_ = self.some(pick)
        assert self.clients["mod"].delete(f"/items/{id_}").status == 204
        del self.items[id_]

    @rule(
        who=whos,
        q=st.none() | st.sampled_from(PREFIXES),
        owner=st.none() | st.sampled_from(["ann", "max"]),
        tag=st.none() | st.sampled_from(TAGS),
        span=ranges,
        available=st.sampled_from([None, True]),
        limit=st.integers(1, 7),
    )
    def list_by_time(self, who, limit, span, **query):
        """Any list that is not sorted by price."""
        expected = [
            id_ for id_ in sorted(self.items, reverse=True) if self.holds(id_, who, span, **query)
        ]
        if query["q"]:
            longest = max(query["q"].casefold().split(), key=lambda part: len(part.strip(".")))
            expected.sort(key=lambda id_: min(self.hits(id_, longest)))
        assert self.listed(who, limit, span, **query) == expected

    @rule(
        who=whos,
        owner=st.none() | st.sampled_from(["ann", "max"]),
        currency=st.sampled_from(CURRENCIES),
        span=ranges,
        limit=st.integers(1, 7),
    )
    def list_by_price(self, who, limit, span, owner, currency):
        """Any list that is sorted by price."""
        expected = [
            id_
            for id_ in sorted(self.items, reverse=True)
            if self.holds(id_, who, span, owner=owner) and self.items[id_]["currency"] == currency
        ]
        expected.sort(key=lambda id_: Decimal(self.items[id_]["price"]))
        query = {"sort": "price", "currency": currency, "owner": owner}
        assert self.listed(who, limit, span, **query) == expected

    def hits(self, id_, prefix):
        """The words of an item that a prefix finds; a letter alone finds itself."""
        prefix = prefix.strip(".")
        words = words_of(self.items[id_])
        return {
            word for word in words if word == prefix or (prefix[1:] and word.startswith(prefix))
        }

    def holds(self, id_, who, span, q=None, owner=None, tag=None, available=None):
        """Whether a list holds an item."""
        item = self.items[id_]
        parts = [part.strip(".") for part in (q or "").casefold().split()]
        longest = max(parts, key=len, default="")
        low, high = (None if bound is None else Decimal(bound) for bound in span)
        price = Decimal(item["price"])
        return (
            (item["is_available"] or who in (item["owner"], *MODERATORS))
            and (item["is_available"] or (owner is not None and available is None))
            and owner in (None, item["owner"])
            and (tag is None or tag in item["tags"])
            and (low is None or low <= price)
            and (high is None or price <= high)
            and all(any(word.startswith(part) for word in words_of(item)) for part in parts)
            and (not parts or bool(self.hits(id_, longest)))
        )

    def listed(self, who, limit, span, **query):
        """The ids of a list over its pages, each of which is full but the last."""
        asked = query | {"min_price": span[0], "max_price": span[1]}
        asked = {
            name: str(value).casefold() if value is True else value for name, value in asked.items()
        }
        asked = {name: value for name, value in asked.items() if value is not None}
        found, cursor = [], {}
        while True:
            text = urlencode({**asked, "limit": limit, **cursor})
            page = self.clients[who].get("/items", query=text).body
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                return found
            assert len(page["items"]) == limit
            cursor = {"cursor": page["next"]}

    def teardown(self):
        """The terms are exactly those of the items; and nothing is left of what is withdrawn."""
        assert terms() == {
            found for id_, item in self.items.items() for found in self.terms_of(id_, item)
        }
        for id_ in list(self.items):
            self.clients["mod"].delete(f"/items/{id_}")
        assert terms() == set()

    def terms_of(self, id_, item):
        """Every word with its predecessor, and every tag."""
        words = sorted(words_of(item))
        before = [None, *words]
        found = {
            (f"word:{word[:2]}", f"{word}#{mirrored(id_)}", one)
            for word, one in zip(words, before, strict=False)
        }
        return found | {(f"tag:{tag}", mirrored(id_), None) for tag in item["tags"]}


def terms():
    """Every row of the table of terms, without its shard."""
    client = botocore.session.Session().create_client("dynamodb")
    rows = client.scan(TableName="dunlin-local-item_terms")["Items"]
    return {
        (
            row["term_shard"]["S"].rpartition("#")[0],
            row["entry"]["S"],
            row.get("before", {}).get("S"),
        )
        for row in rows
    }


@pytest.mark.slow
def test_lists_hold_what_they_should(anonymous, time):
    """After any history, every list pages through exactly its items in its order."""
    run_state_machine_as_test(
        lambda: Shop(anonymous, time),
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
