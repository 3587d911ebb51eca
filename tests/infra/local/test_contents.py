"""Large objects at the twin's S3: whole, in parts, copied and kept, and never all in memory."""

import hashlib
import io
import tracemalloc
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.blueprint import Bucket, Function, Grant
from infra.local import aws, keeping, mocks, objects
from infra.local.resources import create_buckets
from infra.local.state import State
from tests.infra.local.forms import BOUNDARY, form, signer
from tests.infra.local.fresh import forget

BUCKETS = (Bucket("files"), Bucket("uploads", uploads=True))
RIGHTS = ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject")
API = Function(
    "api",
    handler="handler.api.handle",
    description="",
    memory=128,
    timeout=1,
    grants=(Grant("files", RIGHTS), Grant("uploads", RIGHTS)),
)
LARGE = bytes(range(256)) * (objects.LARGE // 256) + b"and a little more"
PLACE = {"Bucket": "p-files", "Key": "large"}


@dataclass
class Kept:
    """A state in a folder, and the endpoint's mind with it."""

    folder: Path
    state: State
    access: aws.Access

    @property
    def files(self):
        """The names of the files in which contents are."""
        return {file.name for file in (self.folder / "objects").iterdir()}


@pytest.fixture
def kept(dynamodb, tmp_path):
    """S3 with its state."""
    with closing(State(tmp_path / "state")) as state:
        create_buckets(mocks.MOTO["s3"], BUCKETS, "p-")
        service = keeping.keeping(mocks.MOTO["s3"], state)
        yield Kept(tmp_path / "state", state, aws.Access("p-", {"AKIAAPI": API}, {"s3": service}))


@pytest.fixture
def s3(kept, served):
    """S3 as a function sees it."""
    return signer(served(kept.access), "AKIAAPI")


def start_again(kept):
    """What a new start finds, in the same state."""
    forget()
    create_buckets(mocks.MOTO["s3"], BUCKETS, "p-")
    keeping.load(mocks.MOTO["s3"], kept.state)


def read(s3, **more):
    """The bytes of the large object."""
    return s3.get_object(**PLACE, **more)["Body"].read()


@pytest.mark.parametrize("body", [LARGE, LARGE[: objects.LARGE], LARGE[: objects.LARGE - 1]])
def test_an_object_is_as_it_was_written(s3, body):
    """With its tag, its type, and what was said of it."""
    s3.put_object(**PLACE, Body=body, ContentType="text/csv", Metadata={"owner": "ann"})
    found = s3.get_object(**PLACE)
    assert found["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'  # noqa: S324 - S3's tag
    assert (found["ContentType"], found["Metadata"]) == ("text/csv", {"owner": "ann"})
    assert found["Body"].read() == body


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=5-", LARGE[5:]),
        ("bytes=-17", b"and a little more"),
        ("bytes=3-1048580", LARGE[3:1_048_581]),
        ("bytes=300-309", LARGE[300:310]),
    ],
)
def test_any_part_can_be_read(s3, asked, part):
    """A large one and a small one."""
    s3.put_object(**PLACE, Body=LARGE)
    assert read(s3, Range=asked) == part


def test_a_stream_is_written(s3):
    """What a function makes need not be in its memory either."""
    s3.put_object(**PLACE, Body=io.BytesIO(LARGE))
    assert read(s3) == LARGE


def test_what_is_read_does_not_change(s3):
    """Though somebody overwrites the object meanwhile."""
    s3.put_object(**PLACE, Body=LARGE)
    body = s3.get_object(**PLACE)["Body"]
    begun = body.read(10)
    s3.put_object(**PLACE, Body=LARGE[::-1])
    assert begun + body.read() == LARGE


def test_a_write_that_must_not_overwrite_is_refused(s3):
    """And leaves what was there."""
    s3.put_object(**PLACE, Body=LARGE)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(**PLACE, Body=LARGE[::-1], IfNoneMatch="*")
    assert read(s3) == LARGE


def test_a_large_object_that_is_refused_is_not_kept(s3, kept):
    """Of a bucket that there is not."""
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="p-other", Key="a", Body=LARGE)
    assert kept.files == set()


@pytest.mark.parametrize("body", [b"small", LARGE])
def test_a_copy_is_of_the_bytes_that_were_read(s3, body):
    """F4: by their tag; what came since then is not copied."""
    tag = s3.put_object(**PLACE, Body=body, ContentType="text/html")["ETag"]
    copy = {"CopySource": PLACE, "CopySourceIfMatch": tag, "MetadataDirective": "REPLACE"}
    s3.copy_object(Bucket="p-files", Key="copy", ContentType="text/plain", **copy)
    s3.put_object(**PLACE, Body=b"other")
    with pytest.raises(ClientError) as caught:
        s3.copy_object(Bucket="p-files", Key="copy", **copy)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    found = s3.get_object(Bucket="p-files", Key="copy")
    assert (found["Body"].read(), found["ContentType"]) == (body, "text/plain")


def test_a_copy_with_a_sum_of_its_own_has_it(s3):
    """For who asks for one."""
    s3.put_object(**PLACE, Body=LARGE)
    copied = s3.copy_object(
        Bucket="p-files", Key="copy", CopySource=PLACE, ChecksumAlgorithm="SHA256"
    )
    assert copied["CopyObjectResult"]["ChecksumSHA256"]


def test_a_large_object_is_there_after_a_restart(s3, kept):
    """The last version, with its type, from a file that nobody copies."""
    s3.put_object(**PLACE, Body=LARGE[::-1])
    s3.put_object(**PLACE, Body=LARGE, ContentType="text/csv")
    before = kept.files
    start_again(kept)
    assert (read(s3), s3.head_object(**PLACE)["ContentType"]) == (LARGE, "text/csv")
    assert (len(before), kept.files) == (1, before)


def test_a_large_object_that_became_small_has_no_file(s3, kept):
    """Nothing is left of what it was."""
    s3.put_object(**PLACE, Body=LARGE)
    s3.put_object(**PLACE, Body=b"small")
    start_again(kept)
    assert (read(s3), kept.files) == (b"small", set())


def test_a_large_object_that_is_deleted_has_no_file(s3, kept):
    """For good."""
    s3.put_object(**PLACE, Body=LARGE)
    s3.delete_object(**PLACE)
    start_again(kept)
    assert (s3.list_objects_v2(Bucket="p-files")["KeyCount"], kept.files) == (0, set())


def test_an_upload_is_there_after_a_restart(s3, kept):
    """A small one and a large one."""
    for key, content in (("small", b"hello"), ("large", LARGE)):
        made = form(s3, key=key, most=2 * objects.LARGE)
        made.content = content
        made.send()
    start_again(kept)
    for key, content in (("small", b"hello"), ("large", LARGE)):
        assert s3.get_object(Bucket="p-uploads", Key=key)["Body"].read() == content


def test_files_that_no_object_has_are_removed_at_a_start(kept, tmp_path):
    """A run may have ended before it knew of one."""
    folder = tmp_path / "other"
    with closing(State(folder)) as state:
        state.keep_large_object("/p-files/a", {}, [b"1"]).close()
        (folder / "objects" / "left").write_bytes(b"1")
    with closing(State(folder)) as state:
        ((_, _, body),) = state.objects()
        with body as file:
            assert file.read() == b"1"
        assert len(list((folder / "objects").iterdir())) == 1


def test_a_fresh_start_removes_the_files(tmp_path):
    """With all the rest."""
    folder = tmp_path / "other"
    with closing(State(folder)) as state:
        state.keep_large_object("/p-files/a", {}, [b"1"]).close()
    with closing(State(folder, fresh=True)) as state:
        assert list(state.objects()) == []
    assert list((folder / "objects").iterdir()) == []


class Zeros:
    """A body of so many zeros, with something before and after, that is nowhere as a whole."""

    def __init__(self, before, size, after):
        self._before, self._zeros, self._after = io.BytesIO(before), size, io.BytesIO(after)

    def read(self, size=-1):
        """The next bytes."""
        if found := self._before.read(size):
            return found
        if self._zeros:
            length = min(self._zeros, size)
            self._zeros -= length
            return bytes(length)
        return self._after.read(size)


HUNDRED = 100_000_000
SOME = HUNDRED // 2
"""Bytes: more than the two pieces of 16 MB of which moto works a tag out, and less than a copy."""


def test_an_upload_of_100_mb_and_its_download_need_little_memory(kept):
    """Both are done piece by piece; a copy, too."""
    s3 = signer("http://127.0.0.1:9", "AKIAAPI")
    before, after = form(s3, most=HUNDRED).body.split(b"hello")
    place = {"Bucket": "p-uploads", "Key": "ann/1"}
    path = s3.generate_presigned_url("get_object", place, 99).removeprefix("http://127.0.0.1:9")
    headers = {
        "host": "127.0.0.1:9",
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(len(before) + HUNDRED + len(after)),
    }
    tracemalloc.start()
    posted = kept.access.answer(headers, Zeros(before, HUNDRED, after), "/p-uploads", "POST")
    got = kept.access.answer({"host": "127.0.0.1:9"}, io.BytesIO(), path, "GET")
    size = sum(len(piece) for piece in got.content.pieces())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (posted.status, got.status, size) == (204, 200, HUNDRED)
    assert peak < SOME
