"""Several environments at work on the same thing (threats H16, K10, K22)."""

import sys
from collections import Counter
from random import Random

import pytest

from handler.core import records
from handler.items.models import Item
from tests.faults.conftest import rows

KEY = {"Idempotency-Key": "a-key-of-sixteen-characters"}


@pytest.fixture
def crowd(ann, item, instances, invariants):
    """Ten environments that serve ann, and how they all ask at once."""
    ten = instances(ann, 10)

    def at_once(*requests):
        begun = [
            instance.begin(*args, **kw) for instance, (args, kw) in zip(ten, requests, strict=True)
        ]
        return [answer() for answer in begun]

    return at_once


def request(*args, **options):
    """A request to make later."""
    return args, options


@pytest.fixture
def path(item):
    """Where the item is."""
    return f"/items/{item['id']}"


def test_changes_of_different_fields_are_all_kept(ann, crowd, path):
    """Ten changes at once: each field has what was sent, and each change counts."""
    bodies = [{"price": "1.00"}, {"description": "Bent."}, {"is_available": False}]
    answers = crowd(*[request("PATCH", path, bodies[n % 3]) for n in range(10)])
    assert {answer.status for answer in answers} == {200}
    found = ann.get(path).body
    assert (found["price"], found["description"], found["is_available"]) == ("1.00", "Bent.", False)
    assert sorted(answer.body["version"] for answer in answers) == list(range(2, 12))


@pytest.mark.parametrize("field", ["price", "description", "name"])
def test_one_of_many_that_expect_a_version_wins(ann, crowd, path, field):
    """Exactly one change with an If-Match is made, and the others are told."""
    requests = [
        request("PATCH", path, {field: str(n)}, headers={"If-Match": '"1"'}) for n in range(10)
    ]
    answers = crowd(*requests)
    assert Counter(answer.status for answer in answers) == {200: 1, 412: 9}
    winner = next(answer for answer in answers if answer.status == 200)
    assert ann.get(path).body == winner.body


def test_renames_leave_the_words_of_the_last(ann, crowd, path):
    """However renames cross, the item is found by the name it has and by no other."""
    answers = crowd(*[request("PATCH", path, {"name": f"name{n}"}) for n in range(10)])
    assert {answer.status for answer in answers} <= {200, 409}
    final = ann.get(path).body
    assert final["version"] == 1 + sum(answer.status == 200 for answer in answers)
    for n in range(10):
        found = ann.get("/items", query=f"q=name{n}").body["items"]
        assert [item["name"] for item in found] == [final["name"]] * (final["name"] == f"name{n}")


def test_withdrawing_happens_once(crowd, path):
    """One of many withdraws the item, and the others find none."""
    answers = crowd(*[request("DELETE", path) for _ in range(10)])
    assert Counter(answer.status for answer in answers) == {204: 1, 404: 9}


def test_one_key_creates_once(ann, crowd, new_item):
    """Ten creations with one key make one item; the others wait or are answered the same."""
    body = new_item | {"name": "Tin can"}
    answers = crowd(*[request("POST", "/items", body, headers=KEY) for _ in range(10)])
    created = [answer for answer in answers if answer.status == 201]
    assert len({answer.body["id"] for answer in created}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in created) == 1
    others = [answer for answer in answers if answer.status != 201]
    assert all((other.status, other.headers["retry-after"]) == (409, "1") for other in others)
    assert [row["name"]["S"] for row in rows("items")].count("Tin can") == 1


def test_a_lock_that_was_taken_over_is_respected(ann, new_item, instances, wire, time, invariants):
    """A first attempt that outlives its lock does not create a second item."""
    (other,) = instances(ann, 1)
    answers = []

    def be_overtaken(_request):
        time.pass_(seconds=31)
        answers.append(other.ask("POST", "/items", new_item, headers=KEY))

    wire.break_next(None, be_overtaken)
    late = ann.post("/items", new_item, headers=KEY)
    assert answers[0].status == 201
    assert (late.status, late.code) == (409, "idempotency_in_progress")
    assert len(rows("items")) == 1
    again = ann.post("/items", new_item, headers=KEY)
    assert again.body == answers[0].body


@pytest.mark.parametrize("seconds", [-5, 5])
def test_clocks_that_differ_do_no_harm(ann, new_item, instances, time, seconds):
    """An environment five seconds off replays keys and takes cursors of the others (K19)."""
    (other,) = instances(ann, 1)
    first = ann.post("/items", new_item, headers=KEY)
    ann.post("/items", new_item)
    cursor = ann.get("/items", query="limit=1").body["next"]
    time.pass_(seconds=seconds)
    assert other.ask("POST", "/items", new_item, headers=KEY).body == first.body
    assert other.ask("GET", "/items", query=f"limit=1&cursor={cursor}").status == 200


class TestMoved:
    """An item that changes between the read and the write of somebody else's change."""

    @pytest.fixture
    def meanwhile(self, ann, instances, wire):
        """Has somebody else ask in the moment before the write, some times."""
        (other,) = instances(ann, 1)

        def arrange(times, *args):
            def intrude(_request):
                left.pop()
                assert other.ask(*args).status in (200, 204)

            left = [None] * times
            faults = []
            for _ in range(times):
                # our read, our write that theirs precedes, and the calls of theirs in between
                faults += [None, intrude, *[None] * (1 if args[0] == "PATCH" else 2)]
            wire.break_next(*faults)

        return arrange

    @pytest.mark.parametrize("times", [1, 2])
    def test_is_read_again(self, ann, path, meanwhile, times):
        """The change is made on what is there then, and both are kept."""
        meanwhile(times, "PATCH", path, {"price": "1.00"})
        answer = ann.patch(path, {"name": "Tin"})
        assert answer.status == 200
        assert (answer.body["price"], answer.body["version"]) == ("1.00", 2 + times)

    def test_three_times_is_a_conflict(self, ann, path, meanwhile, invariants):
        """A change that never gets through is given up as a conflict (api.md, Versions)."""
        meanwhile(3, "PATCH", path, {"price": "1.00"})
        answer = ann.patch(path, {"name": "Tin"})
        assert (answer.status, answer.code) == (409, "version_conflict")
        assert ann.get(path).body["name"] == "Brass lamp"

    @pytest.mark.parametrize("method", ["PATCH", "DELETE"])
    def test_is_refused_where_a_version_was_expected(self, ann, path, meanwhile, method):
        """If-Match is held to what is there when it is written."""
        meanwhile(1, "PATCH", path, {"price": "1.00"})
        body = {"name": "Tin"} if method == "PATCH" else None
        answer = ann.ask(method, path, body, headers={"If-Match": '"1"'})
        assert (answer.status, ann.get(path).body["version"]) == (412, 2)

    @pytest.mark.parametrize("change", [{"name": "Tin"}, {"name": "brass LAMP"}])
    def test_may_be_gone(self, ann, path, meanwhile, invariants, change):
        """An item that was withdrawn meanwhile is not brought back."""
        meanwhile(1, "DELETE", path)
        assert ann.patch(path, change).status == 404
        assert rows("items") == []


@pytest.mark.parametrize("seed", range(3))
def test_no_change_is_lost_in_a_random_history(ann, item, instances, invariants, seed):
    """Versions count the changes that were answered, and each is somebody's."""
    history = Random(seed)  # noqa: S311 - chance that repeats, no secret
    five = instances(ann, 5)
    path = f"/items/{item['id']}"
    bodies = [{"price": "2.00"}, {"name": "Tin can"}, {"tags": ["x"]}, {"description": "!"}]
    bodies += [{"currency": "KWD"}, {"name": "Brass pot", "price": "3"}]
    begun = [one.begin("PATCH", path, history.choice(bodies)) for _ in range(8) for one in five]
    answers = [answer() for answer in begun]
    changed = [answer.body["version"] for answer in answers if answer.status == 200]
    assert sorted(changed) == list(range(2, 2 + len(changed)))
    assert {answer.status for answer in answers} <= {200, 409}
    assert ann.get(path).body["version"] == 1 + len(changed)


@pytest.fixture
def hasty():
    """Threads that take turns all the time."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty")
def test_a_cold_environment_asks_all_shards_at_once(ann, item):
    """Sixteen threads that need a model's connection for the first time all get it."""
    for _ in range(20):
        Item._connection = None
        records._connection._tables.pop(Item.Meta.table_name)
        assert ann.get("/items").status == 200
