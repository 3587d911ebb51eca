"""How files come: announced first, and counted, then posted to S3 by whoever has them."""

from dataclasses import dataclass

from handler.core import limits
from handler.core.auth import Caller
from handler.core.errors import Conflict, TooLarge, Unprocessable
from handler.core.limits import Limit
from handler.core.transactions import Transaction
from handler.files import kinds, models, storage
from handler.files.kinds import Kind
from handler.files.models import File, Quota
from handler.files.schemas import FileIn
from handler.files.storage import Form
from handler.jobs import transaction

UPLOADS = Limit("uploads", calls=30, seconds=60)
"""Uploads that begin, by account (parameters.md, "Rate limits")."""


class ContentTypeRefused(Unprocessable):
    """Files of this type are not taken."""

    detail = (
        f"Files may be {', '.join(kind.content_type for kind in kinds.KINDS[:-1])} "
        f"and {kinds.KINDS[-1].content_type}."
    )


class FileTooLarge(TooLarge):
    """The file is longer than one of its type may be."""

    detail = "A file may have 10 MB; text/csv and application/jsonl 100 MB."


class QuotaExceeded(Conflict):
    """The account has no room for the file."""

    detail = "You have 100 files, or 500 MB of them. Delete some first."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was announced, and the form that takes its bytes."""

    file: File
    form: Form

    @property
    def id(self) -> str:
        """The file's."""
        return self.file.id


def create_upload(caller: Caller, body: FileIn) -> Upload:
    """Announce a file, which counts from now on.

    Raises ContentTypeRefused, FileTooLarge, QuotaExceeded, RateLimited, Unavailable.
    """
    limits.spend(UPLOADS, caller.id)
    check_kind(body.content_type, body.size)
    file = File.announced(owner_id=caller.id, **body.model_dump())
    form = storage.sign_upload(file)
    with transaction() as writes:
        add(writes, caller.id, file)
    return Upload(file, form)


def check_kind(content_type: str, size: int) -> Kind:
    """The kind of a file that may come. Raises ContentTypeRefused, FileTooLarge."""
    kind = kinds.of_type(content_type)
    if kind is None:
        raise ContentTypeRefused
    if size > kind.limit:
        raise FileTooLarge
    return kind


def add(writes: Transaction, owner_id: str, *files: File) -> None:
    """Save new files and count them, in a transaction that raises QuotaExceeded."""
    for file in files:
        writes.save(file, File.id.does_not_exist())
    size = sum(file.size for file in files)
    room = models.room_for(len(files), size)
    actions = models.taking(len(files), size)
    writes.update(Quota.of(owner_id), actions, room, lambda _: QuotaExceeded())
