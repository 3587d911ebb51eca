"""How files become ready: their bytes are checked and copied, or rejected with a reason.

Each step changes the row under the condition that it is where it was, together with the end of its
job; so events that come twice or late, and jobs that run again, change nothing more. Where a file
has gone meanwhile, what was made of it is deleted once more.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from handler.core import clock
from handler.core.ids import ID_PATTERN
from handler.files import contents, kinds, models, storage
from handler.files.contents import ContentRefused
from handler.files.models import File, Quota
from handler.files.schemas import CheckFile, CheckLongFile, DeleteObjects, MakeThumbnails
from handler.files.states import State
from handler.files.storage import ObjectGone, ObjectMoved
from handler.jobs import ObjectCreated, RetryLater, Run, Writes
from handler.notifications import Kind, Words, notify

FILE_REJECTED = Kind("file_rejected", mail=False)
_REJECTED = 30 * 24 * 3600  # seconds in which owners can read why


class FileMoved(Exception):
    """The file is not where it was when it was read, or has gone."""


def notice(event: ObjectCreated, run: Run) -> None:
    """Have an upload checked. Whatever else came, for a file that is settled or gone, is left.

    It never leaves the bucket of uploads, which forgets its objects after a day.
    """
    owner_id, _, file_id = event.key.partition("/")
    if event.bucket != storage.UPLOADS or not re.fullmatch(ID_PATTERN, file_id):
        return
    file = File.find(file_id)
    if file is None or file.owner_id != owner_id or file.state != State.PENDING:
        return
    with run.transaction() as writes:
        order_check(writes, file)


def order_check(writes: Writes, file: File) -> None:
    """Have a file's bytes checked, by one job at a time."""
    order = CheckFile if file.size <= kinds.LIMIT else CheckLongFile
    writes.enqueue(order(owner_id=file.owner_id, file_id=file.id), unique=file.id)


def check(job: CheckFile | CheckLongFile, run: Run) -> None:
    """Look at a file's bytes; copy them and go on, or reject the file.

    Raises RetryLater when other bytes came while these were looked at.
    """
    file = File.find(job.file_id)
    if file is None:
        forget(job.owner_id, job.file_id, run)
        return
    if file.state != State.PENDING:
        return
    try:
        upload = storage.open_upload(file)
        sha256 = contents.examine(file, upload.chunks)
        storage.accept(file, upload.etag)
    except ContentRefused as refused:
        reject(file, refused.reason, run)
    except ObjectMoved as moved:
        raise RetryLater(1) from moved
    except ObjectGone:  # it never came, or has been forgotten: a sweep looks after the file
        return
    else:
        _go_on(file, sha256, run)


def _go_on(file: File, sha256: str, run: Run) -> None:
    """An image waits for its thumbnails; anything else is ready."""
    with _unless_gone(file, run), run.transaction() as writes:
        if file.is_image:
            _move(writes, file, State.PROCESSING, sha256=sha256)
            writes.enqueue(MakeThumbnails(owner_id=file.owner_id, file_id=file.id))
        else:
            _move(writes, file, State.READY, sha256=sha256)


def finish(file: File, width: int, height: int, run: Run) -> None:
    """An image whose thumbnails are stored is ready. Ends the job."""
    with _unless_gone(file, run), run.transaction() as writes:
        _move(writes, file, State.READY, width=width, height=height)


def reject(file: File, reason: str, run: Run) -> None:
    """Reject a file: it counts no more, and its bytes go. Ends the job."""
    with _unless_gone(file, run), run.transaction(reason) as writes:
        add_rejection(writes, file, reason)


def add_rejection(writes: Writes, file: File, reason: str) -> None:
    """Reject a file in a transaction. It raises FileMoved."""
    expires_at = clock.epoch() + _REJECTED
    _move(writes, file, State.REJECTED, reason=reason, expires_at=expires_at)
    give_back(writes, file)
    writes.enqueue(DeleteObjects(owner_id=file.owner_id, file_id=file.id))
    notify(writes, file.owner_id, FILE_REJECTED, _words(file, reason))


def _words(file: File, reason: str) -> Words:
    why = f"It was refused: {reason.replace('_', ' ')}."
    return Words(f"{file.name} was rejected", why, {"file_id": file.id, "reason": reason})


def _move(writes: Writes, file: File, state: State, **fields: object) -> None:
    writes.update(file, file.moving(state, **fields), file.stands(), lambda _: FileMoved())


@contextmanager
def _unless_gone(file: File, run: Run) -> Iterator[None]:
    """End the job too where its file has moved on, and delete what was made of one that is gone."""
    try:
        yield
    except FileMoved:
        found = File.find(file.id)
        if found is None or found.state == State.REJECTED:
            forget(file.owner_id, file.id, run)


def forget(owner_id: str, file_id: str, run: Run) -> None:
    """Delete once more what is kept of a file that is gone. Ends the job."""
    with run.transaction("gone") as writes:
        writes.enqueue(DeleteObjects(owner_id=owner_id, file_id=file_id))


def give_back(writes: Writes, file: File) -> None:
    """Let a file count no more; once, since the same transaction moves or removes its row."""
    if file.counts and file.state != State.REJECTED:
        writes.update(Quota.of(file.owner_id), models.taking(-1, -file.size))
