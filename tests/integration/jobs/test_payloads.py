"""Where arguments and results of any size are kept, and what is too large."""

import json

import pytest

from handler.core import aws as core_aws
from handler.core.errors import Unavailable
from handler.jobs import enqueue, payloads, transaction
from handler.jobs.models import JobRow
from handler.jobs.payloads import PayloadTooLarge
from tests.integration.jobs.conftest import all_jobs, row, state
from tests.sample_jobs import HOOKS, OUTSIDE, Plain, Tally, effects, tally

SIZES = {"inline": 400, "beside": 5_000, "in S3": 350_000}


def places(handle):
    """Where a job's arguments and result are: in its row, in rows beside it, in S3."""
    found = row(handle)
    beside = sorted(part for part in JobRow.parts(handle.id) if part != "job")
    bucket = "dunlin-local-payloads"
    listed = core_aws.client("s3").list_objects_v2(Bucket=bucket)
    inline = [name for name in ("arguments", "result") if getattr(found, name) is not None]
    keys = [one["Key"].split("/") for one in listed.get("Contents", [])]
    return inline, beside, [f"{key[0]}/{key[2]}" for key in keys if key[1] == handle.id]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("inline", (["arguments", "result"], [], [])),
        ("beside", ([], ["arguments", "result"], [])),
        ("in S3", ([], [], ["results/result-1"])),
    ],
)
def test_a_payload_is_kept_by_its_size(time, jobs, size, expected):
    """In the row, in one beside it, in S3; from there arguments go when they are used."""
    handle = enqueue(Plain(answer="é" * (SIZES[size] // 2)))
    jobs.deliver()
    assert (state(handle), places(handle)) == ("succeeded", expected)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_arguments_arrive_whole(time, jobs, size):
    """Wherever they were."""
    answer = {"a": "\u00e9\u20ac\U0001f600" * (size // 9), "b": [None, 1.5]}
    handle = enqueue(Plain(answer=answer))
    jobs.deliver()
    assert json.loads(payloads.load(row(handle), "result")) == answer


@pytest.mark.parametrize(("extra", "inline"), [(0, True), (1, False)])
def test_500_bytes_are_inline(time, jobs, extra, inline):
    """One more stands beside."""
    empty = len(enqueued_text(Tally(key="a")))
    handle = enqueue(Tally(key="a", padding="x" * (payloads.INLINE - empty + extra)))
    assert (row(handle).arguments is not None) == inline


def enqueued_text(job):
    """A job's arguments as they are written."""
    return row(enqueue(job)).arguments


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_payload_goes_with_the_transaction(time, jobs, size):
    """It is there when the job is, and the job when the business is."""
    with transaction() as writes:
        tally(writes, "business")
        writes.enqueue(Tally(key="a", padding="x" * size))
    jobs.deliver()
    assert (effects("business"), effects("a")) == (1, 1)


@pytest.fixture
def small(monkeypatch):
    """Less is too large than in production."""
    monkeypatch.setattr(payloads, "LARGEST", 400_000)


def test_arguments_that_are_too_large_are_refused(time, jobs, small):
    """Where the job is enqueued: 413, and nothing is written."""

    def do_business():
        with transaction() as writes:
            tally(writes, "business")
            writes.enqueue(Tally(key="a", padding="x" * 400_001))

    with pytest.raises(PayloadTooLarge) as refused:
        do_business()
    assert (refused.value.status, refused.value.code()) == (413, "payload_too_large")
    assert (effects("business"), all_jobs()) == (0, [])


def test_large_arguments_of_children(time, jobs):
    """They stand in rows beside the children, as those of other jobs."""
    handle = enqueue(Plain(key="parent"))
    children = [Tally(key=str(number), padding="x" * 2000) for number in range(60)]
    HOOKS["parent"] = lambda run: None if run.joined else run.spawn(children)
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=100)
    assert [effects(str(number)) for number in range(60)] == [1] * 60
    assert {row(one).arguments_at for one in all_jobs("tests.tally")} == {"row"}


def test_large_arguments_of_a_chain(time, jobs):
    """The next ones wait with the first."""
    enqueue(Tally(key="a"), then=[Tally(key="b", padding="x" * 2000), Tally(key="c")])
    jobs.deliver()
    assert [effects(key) for key in "abc"] == [1, 1, 1]


def test_without_s3_a_large_job_is_not_enqueued(time, jobs, monkeypatch):
    """Its row would name what is not there."""
    core_aws.client("s3").delete_bucket(Bucket="dunlin-local-payloads")
    with pytest.raises(Unavailable):
        enqueue(Tally(key="a", padding="x" * 350_000))
    assert all_jobs() == []


def test_arguments_that_s3_does_not_hand_out_are_waited_for(time, jobs, ann):
    """The job is tried again like after any failure."""
    handle = enqueue(Plain(key="a", answer="x" * 350_000), owner="ann")
    bucket, key = "dunlin-local-payloads", f"open/{handle.id}/arguments-0"
    client = core_aws.client("s3")
    kept = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    client.delete_object(Bucket=bucket, Key=key)
    jobs.deliver()
    assert (state(handle), row(handle).error) == ("retrying", "unavailable")
    client.put_object(Bucket=bucket, Key=key, Body=kept)
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=60)
    assert OUTSIDE["a"] == 1
