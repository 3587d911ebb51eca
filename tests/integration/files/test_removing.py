"""Files go: deleted, abandoned, or with their account; what they counted is given back, once."""

import pytest

from handler.core.shards import SHARDS
from handler.core.transactions import transaction
from handler.files import release, storage, store, use
from handler.files.models import File, Quota
from handler.files.schemas import SweepFiles
from handler.files.states import Size, State
from handler.jobs import enqueue
from handler.jobs.models import JobRow
from tests.client import at_once
from tests.integration.files.conftest import STORED, TEXT, UPLOADS, announcement, arrive, keys
from tests.integration.jobs.conftest import all_jobs

HOUR = 3600


def quota(owner="ann"):
    """How many files and bytes an account has."""
    row = Quota.get(f"quota#{owner}")
    return row.files, row.bytes


class TestDelete:
    """Deleting a file."""

    def test_removes_it_with_its_bytes(self, ann, upload, jobs):
        """A job deletes whatever is kept of it."""
        file = upload()
        for size in Size:
            storage.put_thumbnail(file.id, size, b"webp")
        storage.put_upload(file, TEXT)
        assert ann.delete(f"/files/{file.id}").status == 204
        jobs.deliver()
        assert ann.get(f"/files/{file.id}").code == "file_not_found"
        assert (keys(STORED), keys(UPLOADS)) == ([], [])

    def test_leaves_the_bytes_of_others(self, ann, upload, jobs):
        """Of two files one stays as it was."""
        gone, kept = upload(), upload()
        ann.delete(f"/files/{gone.id}")
        jobs.deliver()
        assert keys(STORED) == [f"originals/{kept.id}"]

    @pytest.mark.parametrize("content", [TEXT, b"a\0b"])
    def test_gives_back_what_it_counted_once(self, ann, upload, announce, content):
        """A rejected file has given it back before."""
        announce()
        file = upload(content)
        assert ann.delete(f"/files/{file.id}").status == 204
        assert quota() == (1, len(TEXT))

    def test_is_done_once_at_a_time(self, ann, upload):
        """Of several at once one deletes, and the others find nothing."""
        path = f"/files/{upload().id}"
        answers = at_once([lambda: ann.delete(path)] * 4)
        statuses = sorted(one.status for one in answers)
        assert statuses[0] == 204
        assert set(statuses[1:]) <= {404, 503}
        assert quota() == (0, 0)

    def test_expects_a_version(self, ann, upload):
        """Who names another one has not seen what it is now."""
        path = f"/files/{upload().id}"
        assert ann.delete(path, headers={"If-Match": '"1"'}).code == "version_conflict"
        assert ann.delete(path, headers={"If-Match": '"2"'}).status == 204

    def test_is_for_its_owner(self, upload, max_, admin):
        """For others there is no such file."""
        path = f"/files/{upload().id}"
        assert [one.delete(path).status for one in (max_, admin)] == [404, 404]

    def test_is_refused_while_something_uses_it(self, ann, upload):
        """What shows it has to let go first."""
        file = upload()
        with transaction() as writes:
            use(writes, [file.id], owner_id="ann", by="items:1")
        assert ann.delete(f"/files/{file.id}").code == "file_in_use"
        with transaction() as writes:
            release(writes, [file.id], by="items:1")
        assert ann.delete(f"/files/{file.id}").status == 204

    def test_is_refused_where_use_begins_just_then(self, ann, upload, wire):
        """Between reading and deleting somebody may use it."""
        file = upload()

        def begin(_request):
            wire.break_next()
            File(file.id).update(actions=[File.used_by.add(["items:1"])])

        wire.break_next(None, begin)
        assert ann.delete(f"/files/{file.id}").code == "file_in_use"
        assert File.find(file.id) is not None

    def test_reads_once_and_writes_once(self, ann, upload, wire):
        """Beside what authentication asks."""
        file = upload()
        wire.calls.clear()
        ann.delete(f"/files/{file.id}")
        assert wire.calls == ["GetItem", "TransactWriteItems"]


@pytest.fixture
def sweep(jobs, time):
    """Lets an hour pass, and a sweep."""

    def call(seconds=HOUR + 1):
        time.pass_(seconds=seconds)
        handle = enqueue(SweepFiles())
        jobs.deliver()
        return next(one for one in all_jobs() if one.id == handle.id).result

    return call


class TestSweep:
    """What was announced and is open yet (F16)."""

    def test_removes_what_never_came(self, announce, sweep):
        """It counts no more."""
        file = announce()
        assert sweep() == "1"
        assert (File.find(file.id), quota()) == (None, (0, 0))

    def test_leaves_what_may_come_yet(self, announce, sweep):
        """A form that was given out just now is good."""
        file = announce()
        assert sweep(HOUR - 60) == "0"
        assert File.find(file.id) is not None

    def test_leaves_what_is_settled(self, upload, sweep):
        """Ready and rejected files are nobody's to sweep."""
        files = [upload(), upload(b"a\0b")]
        assert sweep() == "0"
        assert [File.find(file.id).state for file in files] == [State.READY, State.REJECTED]

    def test_checks_what_came_without_a_word(self, announce, sweep):
        """An event that was lost delays a file, and loses none."""
        file = announce()
        storage.put_upload(file, TEXT)
        sweep()
        assert File.find(file.id).state == State.READY

    def test_rejects_an_image_that_nobody_finishes(self, announce, sweep):
        """After a day, when whoever could has given up."""
        file = announce(content_type="image/png")
        file.update(actions=[File.state.set(State.PROCESSING.value)])
        sweep()
        assert File.find(file.id).state == State.PROCESSING
        sweep(24 * HOUR)
        assert File.find(file.id).reason == "processing_failed"
        assert quota() == (0, 0)

    def test_removes_all_of_many(self, ann, sweep, time):
        """However they are spread."""
        for _ in range(25):
            assert ann.post("/files", announcement()).status == 201
        assert sweep() == "25"
        assert list(File.scan(File.state.exists())) == []

    def test_runs_by_itself(self, time, announce, jobs):
        """Each quarter of an hour."""
        file = announce()
        jobs.drain(lambda: File.find(file.id) is None, limit_seconds=2 * HOUR)

    def test_is_no_scan(self, time, announce, jobs, wire):
        """It asks each shard of the index of what is open, and reads what it finds."""
        announce()
        time.pass_(seconds=HOUR + 1)
        handle = enqueue(SweepFiles())
        wire.requests.clear()
        jobs.deliver()
        of_files = [one for one in wire.requests if one.get("TableName") == "dunlin-local-files"]
        assert sum("IndexName" in one for one in of_files) == SHARDS
        assert len(of_files) == SHARDS + 1
        assert JobRow.find(handle.id).result == "1"


def closed(jobs):
    """Whether all files of a closed account are gone."""
    ended = all_jobs("files.remove_of_account")
    return bool(ended) and ended[0].state == "succeeded"


class TestClosing:
    """An account that is closed."""

    def test_takes_its_files_along(self, time, ann, max_, upload, announce, jobs):
        """Rows, bytes and what they counted; those of others stay."""
        upload()
        upload(b"a\0b")
        arrive(announce())
        kept = max_.post("/files", announcement()).body["file"]["id"]
        assert ann.delete("/users/me").status == 202
        jobs.drain(lambda: closed(jobs), limit_seconds=600)
        jobs.deliver()
        assert sorted(one.id for one in File.scan()) == sorted([kept, "quota#max"])
        assert (keys(STORED), keys(UPLOADS)) == ([], [])

    def test_waits_for_what_uses_them(self, time, ann, upload, jobs):
        """Features close down as well, and let go of what they show."""
        file = upload()
        with transaction() as writes:
            use(writes, [file.id], owner_id="ann", by="items:1")
        ann.delete("/users/me")
        time.pass_(seconds=120)
        jobs.deliver()
        assert not closed(jobs)
        with transaction() as writes:
            release(writes, [file.id], by="items:1")
        jobs.drain(lambda: closed(jobs), limit_seconds=600)
        assert list(File.scan()) == []

    def test_takes_along_what_features_made(self, time, ann, jobs):
        """An export counts nothing, and goes all the same."""
        store("ann", name="export.csv", content_type="text/csv", content=b"a\n")
        ann.delete("/users/me")
        jobs.drain(lambda: closed(jobs), limit_seconds=600)
        jobs.deliver()
        assert (list(File.scan()), keys(STORED)) == ([], [])
