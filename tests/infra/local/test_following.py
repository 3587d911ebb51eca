"""How a function follows a stream: batches, partial answers, halves, waits, and what is given up.

In virtual time, by the pump, which is how tests in one process follow streams.
"""

import json

import pytest
from botocore.session import Session

from infra.blueprint import Key, Stream, Table
from infra.local.resources import definition

ROWS = Table("rows", partition=Key("id"), stream=True)
STREAM = Stream("rows", "changes", batch=4, retries=3, max_age=600, dead="work-dead")


class Changes:
    """The function of changes: notes the ids of each batch, and fails at some of them."""

    def __init__(self):
        self.batches, self.poison, self.answer = [], set(), self.raises

    def __call__(self, event):
        """Answer a batch."""
        ids = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
        self.batches.append("".join(ids))
        bad = [place for place, id_ in enumerate(ids) if id_ in self.poison]
        return self.answer(event["Records"], bad) if bad else None

    @staticmethod
    def raises(_records, _bad):
        """Fail as a whole."""
        raise ValueError("boom")

    @staticmethod
    def names(records, bad):
        """Name what failed."""
        numbers = [records[place]["dynamodb"]["SequenceNumber"] for place in bad]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}


@pytest.fixture
def changes(functions):
    """The function of changes."""
    functions.answers["changes"] = made = Changes()
    return made


@pytest.fixture
def followed(pumped, changes, client_of_rows):
    """The pump, which follows the table."""
    pumped.follow((STREAM,))
    return pumped


@pytest.fixture
def client_of_rows(sqs):
    """A client of DynamoDB, with the table."""
    client = Session().create_client("dynamodb", region_name="eu-west-1")
    client.create_table(**definition(ROWS, "p-"))
    yield client
    client.close()


@pytest.fixture
def put(client_of_rows):
    """Put rows."""

    def call(*ids):
        for id_ in ids:
            client_of_rows.put_item(TableName="p-rows", Item={"id": {"S": id_}})

    return call


def obituaries(functions):
    """What the dead letters were told: why, and of how many changes."""
    return [
        (told["requestContext"]["condition"], told["DDBStreamBatchInfo"]["batchSize"])
        for told in (json.loads(bodies) for _, bodies in functions.seen("letters"))
    ]


def test_changes_come_in_order_and_in_batches(followed, put, changes):
    """As many at once as the stream says; done, they are gone."""
    put(*"abcdef")
    assert (followed.deliver(), followed.deliver()) == (6, 0)
    assert changes.batches == ["abcd", "ef"]


def test_what_changes_meanwhile_is_told_too(followed, put, changes, functions):
    """A function may write."""
    changes.poison, changes.answer = {"a"}, lambda *_: put("b")
    put("a")
    followed.deliver()
    assert changes.batches == ["a", "b"]


def test_what_was_named_and_all_after_it_come_again(followed, put, changes):
    """In order; what was before it does not."""
    changes.poison, changes.answer = {"c"}, changes.names
    put(*"abcd")
    followed.deliver()
    changes.poison = set()
    followed.pass_(seconds=1)
    assert changes.batches[:2] == ["abcd", "cd"]
    assert "".join(dict.fromkeys("".join(changes.batches))) == "abcd"
    assert changes.batches[-1] == "d"


@pytest.mark.parametrize(
    "answer", [{"batchItemFailures": [{"itemIdentifier": "7"}]}, {"batchItemFailures": 1}, 1]
)
def test_an_answer_that_cannot_be_understood_is_a_failure(followed, put, changes, answer):
    """Of the whole batch, which comes again in halves."""
    changes.poison, changes.answer = {"a"}, lambda *_: answer
    put(*"ab")
    followed.deliver()
    assert changes.batches == ["ab", "a"]


def test_a_batch_that_fails_comes_in_halves_until_the_bad_one_is_alone(followed, put, changes):
    """Nothing after it is told before it is: the order stays."""
    changes.poison = {"c"}
    put(*"abcd")
    followed.deliver()
    assert changes.batches == ["abcd", "ab", "cd", "c"]


def test_a_change_that_fails_is_tried_again_after_waits_that_double(followed, put, functions):
    """And given up after as many retries as the stream says."""
    functions.answers["changes"].poison = {"a"}
    put("a")
    followed.pass_(seconds=60)
    assert [seconds for seconds, _ in functions.seen("changes")] == [0, 1, 3, 7]


@pytest.mark.parametrize("how", ["raises", "names"])
def test_what_is_given_up_is_told_to_the_dead_letters(followed, put, changes, functions, how):
    """Where it stood, and why; what comes after it moves on."""
    changes.poison, changes.answer = {"b"}, getattr(changes, how)
    put(*"abc")
    followed.pass_(seconds=60)
    assert obituaries(functions) == [("RetryAttemptsExhausted", 1)]
    assert changes.batches[-1] == "c"


def test_what_is_too_old_is_given_up(followed, put, changes, functions):
    """By the clock of the change, not by the first attempt."""
    put(*"ab")
    followed.follow(())
    followed.pass_(seconds=601)
    followed.follow((STREAM,))
    put("c")
    followed.pass_(seconds=1)
    assert changes.batches == ["c"]
    assert obituaries(functions) == [("RecordAgeExceeded", 2)]


def test_a_doubled_batch_comes_twice_in_order(followed, put, changes):
    """As Lambda may hand it out: what is told twice must be recognised."""
    followed.chaos(3)
    put(*"abcdefghijkl")
    followed.deliver()
    whole = "".join(dict.fromkeys("".join(changes.batches)))
    assert whole == "abcdefghijkl"


def test_a_table_that_is_not_there_has_no_changes(pumped, changes):
    """It may be made later."""
    pumped.follow((STREAM,))
    assert pumped.deliver() == 0
