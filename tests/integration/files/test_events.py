"""What S3 tells comes twice, late, in any order, with odd keys: a file is checked once (F17)."""

from io import BytesIO

import pytest
from botocore.awsrequest import AWSResponse

from handler.core import aws as core_aws
from handler.files import storage
from handler.files.models import File, Quota
from handler.files.states import State
from handler.jobs.models import JobRow
from tests import rights
from tests.integration.files.conftest import (
    STORED,
    TEXT,
    UPLOADS,
    arrive,
    keys,
    message,
    stored,
    tell,
)
from tests.integration.jobs.conftest import all_jobs


class Raw(BytesIO):
    """A body as urllib3 hands it on."""

    def stream(self):
        """All of it at once."""
        yield self.read()


OTHER = TEXT[::-1].strip() + b"\n"


def test_an_event_that_comes_twice_is_one(announce, jobs):
    """S3 and SQS both deliver at least once."""
    file = announce()
    body = message(f"ann/{file.id}")
    storage.put_upload(file, TEXT)
    for _ in range(3):
        tell(body)
    jobs.deliver()
    assert len(all_jobs("files.check")) == 1
    assert File.find(file.id).version == 2


def test_events_of_two_uploads_are_one_check_at_a_time(announce, jobs):
    """A form used twice tells two events; what is there then is what is checked."""
    file = announce()
    storage.put_upload(file, OTHER)
    storage.put_upload(file, TEXT)
    for order in ("2", "1"):
        tell(message(f"ann/{file.id}", order=order))
    jobs.deliver()
    assert (File.find(file.id).state, stored(file.id)) == (State.READY, TEXT)


def test_a_form_that_is_used_again_changes_nothing(upload, jobs):
    """The approved bytes are not where forms put theirs (F4)."""
    file = upload()
    arrive(file, OTHER)
    jobs.deliver()
    assert stored(file.id) == TEXT
    assert File.find(file.id).write_id == file.write_id
    assert File.find(file.id).version == file.version


def test_a_form_that_is_used_after_a_rejection_changes_nothing(upload, jobs):
    """Who wants another try announces another file."""
    file = upload(b"a\0b" + TEXT[3:])
    arrive(file)
    jobs.deliver()
    assert (File.find(file.id).state, keys(STORED)) == (State.REJECTED, [])


def test_an_event_after_deletion_brings_nothing_back(ann, announce, jobs):
    """Neither its row nor its bytes, nor what it counted."""
    file = announce()
    assert ann.delete(f"/files/{file.id}").status == 204
    arrive(file)
    jobs.deliver()
    assert (File.find(file.id), keys(STORED)) == (None, [])
    assert Quota.get("quota#ann").files == 0


def test_an_event_before_its_file_is_left_alone(ann, jobs):
    """Bytes that come through the API are there before their row: they are not taken away."""
    file = File.announced(owner_id="ann", content_type="text/plain", size=len(TEXT), name="a.txt")
    arrive(file)
    jobs.deliver()
    assert keys(UPLOADS) == [f"ann/{file.id}"]


def test_an_event_without_its_object_is_left_to_the_sweep(announce, jobs):
    """Events may overtake one another, and objects may be gone."""
    file = announce()
    tell(message(f"ann/{file.id}"))
    jobs.deliver()
    assert File.find(file.id).state == State.PENDING
    assert {one.state for one in all_jobs()} == {"succeeded"}


@pytest.mark.parametrize(
    "key",
    [
        "max/{id}",
        "ann/{id}/x",
        "ann/../{id}",
        "{id}",
        "ann",
        "ann/a b+c%20d",
        "ann/ann/{id}",
        "ann/{id} ",
    ],
)
def test_other_keys_are_no_file_s(announce, jobs, key):
    """A key is decoded once, and either names a file of its owner, or nothing."""
    file = announce()
    storage.put_upload(file, TEXT)
    tell(message(key.format(id=file.id)))
    jobs.deliver()
    assert File.find(file.id).state == State.PENDING
    assert {one.state for one in all_jobs()} == {"succeeded"}


def test_a_key_is_decoded_once(announce, jobs):
    """An account's id that holds `+`, a blank and `%20` stays what it is."""
    owner = "a+b c%20d"
    file = File.announced(owner_id=owner, content_type="text/plain", size=len(TEXT), name="a")
    file.save()
    arrive(file)
    jobs.deliver()
    assert stored(file.id) == TEXT


@pytest.mark.parametrize("bucket", ["dunlin-local-files", "dunlin-local-payloads", "elsewhere"])
def test_other_buckets_say_nothing_of_uploads(announce, jobs, bucket):
    """What is stored already is not checked again."""
    file = announce()
    storage.put_upload(file, TEXT)
    tell(message(f"ann/{file.id}", bucket=bucket))
    jobs.deliver()
    assert File.find(file.id).state == State.PENDING


def test_bytes_that_change_while_they_are_read_are_read_again(announce, jobs, time):
    """They are copied by their tag: what was read, or nothing."""
    file = announce()
    refused = []

    def moved(request, **_):
        if not refused:
            refused.append(request.headers["x-amz-copy-source-if-match"])
            body = b"<Error><Code>PreconditionFailed</Code></Error>"
            with rights.acting(None):
                storage.put_upload(file, OTHER)
            request.url = "https://answered.example/"
            return AWSResponse(request.url, 412, {}, Raw(body))
        return None

    events = core_aws.client("s3").meta.events
    events.register_first("before-send.s3.CopyObject", moved, unique_id="moved")
    try:
        arrive(file)
        jobs.deliver()
        assert File.find(file.id).state == State.PENDING
        jobs.pass_(seconds=2)
    finally:
        events.unregister("before-send.s3.CopyObject", unique_id="moved")
    assert (File.find(file.id).state, stored(file.id)) == (State.READY, OTHER)
    assert JobRow.find(all_jobs("files.check")[0].id).attempts == 1
