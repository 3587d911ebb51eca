"""How files go: deleted by their owner, abandoned, or with their account."""

from contextlib import suppress

from handler.core import clock
from handler.core.auth import Caller
from handler.core.errors import Conflict, VersionConflict, WriteConflict
from handler.core.records import Versions
from handler.files import models, storage
from handler.files.models import File, Quota
from handler.files.schemas import DeleteObjects
from handler.files.service import checking
from handler.files.service.access import file_of
from handler.files.service.checking import FileMoved
from handler.files.states import State
from handler.jobs import Run, transaction

_TRIES = 3  # of a write that has to read first (api.md, "Versions")
_ABANDONED = 3600
"""Seconds after which an upload has come, or never will: its form holds for five minutes, and its
check is tried again for a quarter of an hour."""
_STUCK = 24 * 3600
"""Seconds after which nobody makes the thumbnails of an image any more."""


class FileInUse(Conflict):
    """Something shows the file, or needs it."""

    detail = "This file is in use. Take it away from there first."


def delete_file(caller: Caller, file_id: str, expected: Versions) -> None:
    """Delete a file for good; its bytes go soon. Raises FileNotFound, FileInUse, VersionConflict.

    A download that has begun, or a URL that was given out, may hold for some minutes more.
    """
    for _ in range(_TRIES):
        file = file_of(caller.id, file_id)
        if expected is not None and file.version not in expected:
            raise VersionConflict
        if file.used_by:
            raise FileInUse
        try:
            _remove(file)
        except FileMoved:
            continue
        return
    raise WriteConflict


def _remove(file: File) -> None:
    with transaction() as writes:
        writes.delete(file, file.is_unused(), lambda _: FileMoved())
        checking.give_back(writes, file)
        writes.enqueue(DeleteObjects(owner_id=file.owner_id, file_id=file.id))


def delete_objects(job: DeleteObjects) -> None:
    """Delete whatever is kept of a file that is gone. Again is the same as once."""
    storage.delete_all(job.owner_id, job.file_id)


def sweep(run: Run) -> int:
    """Look after files that were announced an hour ago and are open yet.

    What never came is removed; what came, and was not checked, is checked; an image that has been
    processed for a day is rejected. Returns how many there were.
    """
    looked_at = 0
    for file_id in models.open_before(clock.epoch() - _ABANDONED):
        run.checkpoint()
        file = File.find(file_id)
        if file is not None and file.is_open:
            looked_at += 1
            _look_after(file)
    return looked_at


def _look_after(file: File) -> None:
    """Each may move meanwhile, and is then looked after no more, or by the next sweep."""
    age = clock.now() - file.created_at
    if file.state == State.PENDING and storage.is_uploaded(file):
        with transaction() as writes:
            checking.order_check(writes, file)
    elif file.state == State.PENDING:
        with suppress(FileMoved):
            _remove(file)
    elif age.total_seconds() > _STUCK:
        with suppress(FileMoved), transaction() as writes:
            checking.add_rejection(writes, file, "processing_failed")


def remove_of_account(owner_id: str, run: Run) -> None:
    """Remove the files of an account that is closed. Ends the job.

    Raises RetryLater at first, since the index may lag and a request may have been under way, and
    as long as features that close down as well use some of them.
    """
    gone = kept = 0
    for listed in models.all_of_owner(owner_id):
        run.checkpoint()
        file = File.find(listed.id)
        if file is None:
            continue
        try:
            _remove(file)
            gone += 1
        except FileMoved:
            kept += 1
    run.settle(kept)
    with run.transaction(gone) as writes:
        writes.delete(Quota.of(owner_id))
