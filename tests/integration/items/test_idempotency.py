"""Idempotency-Key: what is sent again is not done again (threats H15-H19)."""

import contextlib

import pytest

from handler import api
from infra.local.pump import context

KEY = {"Idempotency-Key": "a key of sixteen characters".replace(" ", "-")}


class Killed(BaseException):
    """What no code of ours catches, as when Lambda ends the process."""


def kill(_request):
    """End the process when it sends a request."""
    raise Killed


@pytest.fixture
def count(anonymous, names):
    """How many items there are."""
    return lambda: len(names(anonymous))


class TestReplay:
    """The same key again."""

    def test_answers_what_it_answered(self, ann, new_item, time):
        """Status, body, ETag and Location come again, marked as a replay."""
        first = ann.post("/items", new_item, headers=KEY)
        time.pass_(hours=11)
        again = ann.post("/items", new_item, headers=KEY)
        assert (again.status, again.body) == (201, first.body)
        for name in ("etag", "location", "content-type"):
            assert again.headers[name] == first.headers[name]
        assert again.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers

    def test_creates_once(self, ann, new_item, count):
        """However often it is sent, there is one item."""
        for _ in range(3):
            ann.post("/items", new_item, headers=KEY)
        assert count() == 1

    def test_answers_the_creation_after_a_change(self, ann, new_item):
        """A replay tells what was created, not what became of it."""
        item = ann.post("/items", new_item, headers=KEY).body
        ann.delete(f"/items/{item['id']}")
        assert ann.post("/items", new_item, headers=KEY).body == item

    def test_does_not_mind_how_json_is_written(self, ann, new_item):
        """The order of fields and blanks between them do not make another body."""
        raw = '{"price":  "1", "name": "Lamp", "currency": "EUR"}'
        first = ann.post("/items", raw=raw, headers=KEY)
        other = '{"currency":"EUR","name":"Lamp","price":"1"}'
        assert ann.post("/items", raw=other, headers=KEY).body == first.body

    def test_ends_after_a_day(self, anonymous, new_item, time, count):
        """A row that has expired and is still in the table is taken for gone."""
        anonymous.signed_in("ann").post("/items", new_item, headers=KEY)
        time.pass_(seconds=24 * 3600 - 1)
        ann = anonymous.signed_in("ann")
        assert "idempotent-replayed" in ann.post("/items", new_item, headers=KEY).headers
        time.pass_(seconds=1)
        assert ann.post("/items", new_item | {"name": "Other"}, headers=KEY).status == 201
        assert count() == 2


class TestScope:
    """What a key belongs to."""

    @pytest.mark.parametrize(
        "changed", [{"name": "Other"}, {"price": 12.51}, {"tags": []}, {"description": ""}]
    )
    def test_another_body_is_refused(self, ann, new_item, count, changed):
        """A key with another body is a mistake of the client's, and does nothing."""
        ann.post("/items", new_item, headers=KEY)
        answer = ann.post("/items", new_item | changed, headers=KEY)
        assert (answer.status, answer.code) == (422, "idempotency_mismatch")
        assert count() == 1

    def test_another_caller_has_keys_of_their_own(self, ann, max_, new_item, count):
        """The same key of somebody else is another key."""
        ann.post("/items", new_item, headers=KEY)
        answer = max_.post("/items", new_item, headers=KEY)
        assert (answer.status, answer.body["owner_id"], count()) == (201, "max", 2)

    def test_without_a_key_each_counts(self, ann, new_item, count):
        """A client that sends no key creates each time."""
        ann.post("/items", new_item)
        ann.post("/items", new_item)
        assert count() == 2

    @pytest.mark.parametrize("key", ["x" * 15, "x" * 256, "sixteen characters", "\u00e9" * 16, ""])
    def test_keys_have_a_form(self, ann, new_item, count, key):
        """16 to 255 printable ASCII characters, or nothing happens."""
        assert ann.post("/items", new_item, headers={"Idempotency-Key": key}).status == 422
        assert count() == 0

    @pytest.mark.parametrize("key", ["x" * 16, "~" * 255, "USER#1|../%00'\"`"])
    def test_any_key_of_that_form_will_do(self, ann, new_item, count, key):
        """Keys may hold any printable character."""
        for _ in range(2):
            assert ann.post("/items", new_item, headers={"Idempotency-Key": key}).status == 201
        assert count() == 1

    @pytest.mark.parametrize("broken", [{"price": "-1"}, {"name": ""}, {"extra": 1}])
    def test_a_refused_body_takes_no_key(self, ann, new_item, wire, broken):
        """A validation error stores nothing: the corrected body goes through."""
        assert ann.post("/items", new_item | broken, headers=KEY).status == 422
        assert wire.calls == []
        assert ann.post("/items", new_item, headers=KEY).status == 201

    def test_nobody_takes_no_key(self, anonymous, new_item, wire):
        """Who is not signed in has no keys."""
        assert anonymous.post("/items", new_item, headers=KEY).status == 401
        assert wire.calls == []


class TestUnfinished:
    """A first attempt that has not answered."""

    @pytest.fixture
    def left_behind(self, ann, new_item, wire, time):
        """Has an attempt with some seconds left die between taking the key and its work."""

        def die(seconds):
            wire.break_next(None, kill)
            event = ann.event("POST", "/items", new_item, headers=KEY)
            with contextlib.suppress(Killed):
                api.handle(event, context(time, "api", seconds=seconds))

        return die

    def test_is_in_progress(self, ann, new_item, time, left_behind, count):
        """While it may still run, the same key is told to wait."""
        left_behind(10)
        answer = ann.post("/items", new_item, headers=KEY)
        assert (answer.status, answer.code) == (409, "idempotency_in_progress")
        assert answer.headers["retry-after"] == "1"
        assert count() == 0

    def test_with_another_body_is_a_mismatch(self, ann, new_item, left_behind):
        """Another body is refused before the first has answered too."""
        left_behind(10)
        answer = ann.post("/items", new_item | {"name": "Other"}, headers=KEY)
        assert answer.code == "idempotency_mismatch"

    @pytest.mark.parametrize(("seconds", "locked"), [(10, 9), (3, 2), (29, 28), (600, 29)])
    def test_ends_with_its_invocation(self, ann, new_item, time, left_behind, seconds, locked):
        """The lock is free when the invocation's time is over, and not before (threats H5)."""
        left_behind(seconds)
        time.pass_(seconds=locked)
        assert ann.post("/items", new_item, headers=KEY).status == 409
        time.pass_(seconds=1)
        assert ann.post("/items", new_item, headers=KEY).status == 201
