"""Objects outlive the twin."""

import time
from contextlib import closing
from types import SimpleNamespace

import pytest

from infra.blueprint import Bucket
from infra.local import aws, keeping, mocks
from infra.local.resources import create_buckets
from infra.local.state import State
from tests.infra.local.fresh import forget


@pytest.fixture
def state(tmp_path):
    """A state in a folder of its own."""
    with closing(State(tmp_path / "state")) as made:
        yield made


@pytest.fixture
def s3(dynamodb, state, served, client_of):
    """S3 whose objects are kept in the state."""
    create_buckets(mocks.MOTO["s3"], (Bucket("files"),), "p-")
    service = keeping.keeping(mocks.MOTO["s3"], state)
    return client_of(served(aws.Access("p-", {"AKIAAPI": None}, {"s3": service})), "s3")


def start_again(state):
    """What a new start finds."""
    forget()
    create_buckets(mocks.MOTO["s3"], (Bucket("files"),), "p-")
    keeping.load(mocks.MOTO["s3"], state)


@pytest.mark.parametrize("key", ["a", "a/b c+d/é?&#.txt", "%2e", "a//b"])
def test_an_object_is_there_after_a_restart(s3, state, key):
    """With its bytes, its type and what was written about it."""
    place = {"Bucket": "p-files", "Key": key}
    s3.put_object(**place, Body=b"\0\xff", ContentType="image/png", Metadata={"owner": "ann"})
    start_again(state)
    found = s3.get_object(**place)
    assert (found["Body"].read(), found["ContentType"]) == (b"\0\xff", "image/png")
    assert found["Metadata"] == {"owner": "ann"}


def test_the_last_version_is_kept_and_so_are_copies(s3, state):
    """As they were when the twin ended."""
    for body in (b"1", b"2"):
        s3.put_object(Bucket="p-files", Key="a", Body=body)
    s3.copy_object(Bucket="p-files", Key="b", CopySource={"Bucket": "p-files", "Key": "a"})
    start_again(state)
    assert s3.get_object(Bucket="p-files", Key="a")["Body"].read() == b"2"
    assert s3.get_object(Bucket="p-files", Key="b")["Body"].read() == b"2"


def test_a_deleted_object_is_gone_after_a_restart(s3, state):
    """For good."""
    s3.put_object(Bucket="p-files", Key="a", Body=b"1")
    s3.delete_object(Bucket="p-files", Key="a")
    start_again(state)
    assert s3.list_objects_v2(Bucket="p-files")["KeyCount"] == 0


def test_what_was_refused_is_not_kept(s3, state):
    """There is no such bucket."""
    with pytest.raises(s3.exceptions.ClientError):
        s3.put_object(Bucket="p-other", Key="a", Body=b"1")
    assert list(state.objects()) == []


def test_an_object_of_a_bucket_that_is_gone_stays_kept(s3, state):
    """It is not lost when somebody starts another version for a while."""
    state.keep_object("/p-other/a", {}, b"1")
    start_again(state)
    assert list(state.objects()) == [("/p-other/a", {}, b"1")]


@pytest.mark.parametrize(("days", "left"), [(0.9, ["a", "b/c", "b/d"]), (1.1, ["a"]), (3, [])])
def test_objects_expire_as_their_bucket_says(state, monkeypatch, days, left):
    """F16: at a start, as S3 does once a day; those of some folders sooner."""
    bucket = Bucket("files", expire_days=2, folders=(("b/", 1),))
    for key in ("a", "b/c"):
        state.keep_object(f"/p-files/{key}", {}, b"1")
    state.keep_large_object("/p-files/b/d", {}, [b"1"]).close()
    state.keep_object("/p-others/a", {}, b"1")
    later = time.time() + days * 86_400
    monkeypatch.setattr("infra.local.state.time", SimpleNamespace(time=lambda: later))
    keeping.expire(state, (bucket, Bucket("others")), "p-")
    kept = {path: body for path, _, body in state.objects()}
    if "/p-files/b/d" in kept:
        kept["/p-files/b/d"].close()
    assert sorted(kept) == [*(f"/p-files/{key}" for key in left), "/p-others/a"]
