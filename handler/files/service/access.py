"""Files as their owners and other rooms see them: found, listed, read, used."""

from collections.abc import Callable, Iterable, Iterator

from handler.core import lists
from handler.core.auth import Caller
from handler.core.errors import AppError, Conflict, NotFound
from handler.core.lists import Plan, Request
from handler.core.pages import Page
from handler.core.transactions import Transaction
from handler.files import models, storage
from handler.files.models import File
from handler.files.schemas import FileQuery
from handler.files.states import State
from handler.files.storage import Link, ObjectGone


class FileNotFound(NotFound):
    """No file has that id, or it is another's."""

    detail = "There is no such file."


class FileNotReady(Conflict):
    """The file is not checked yet, or was rejected."""

    detail = "This file is not ready. Its state and its reason say why."


class FileNotImage(Conflict):
    """Images are wanted, and the file is none."""

    detail = "This file is no image."


def get_file(caller: Caller, file_id: str) -> File:
    """A file of the caller's. Raises FileNotFound."""
    return file_of(caller.id, file_id)


def file_of(owner_id: str, file_id: str) -> File:
    """A file of an account's. Raises FileNotFound."""
    file = File.find(file_id)
    if file is None or file.owner_id != owner_id:
        raise FileNotFound
    return file


def ready_file(owner_id: str, file_id: str) -> File:
    """A file of an account's that can be read. Raises FileNotFound, FileNotReady."""
    file = file_of(owner_id, file_id)
    if file.state != State.READY:
        raise FileNotReady
    return file


def list_files(caller: Caller, query: FileQuery) -> Page[File]:
    """The caller's files, newest first. Raises CursorInvalid, Unavailable."""
    plan = Plan(models.of_owner(caller.id), lambda rows: list(map(File.from_raw_data, rows)), _all)
    return lists.read(plan, Request(caller, ["files"], query.limit, query.cursor))


def link_to_content(caller: Caller, file_id: str) -> Link:
    """A short-lived URL of a ready file of the caller's. Raises FileNotFound, FileNotReady."""
    return storage.sign_download(ready_file(caller.id, file_id))


def open_content(file: File, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a ready file from a place on, up to another, a megabyte at a time.

    Raises, while it is read, Unavailable, and FileNotFound when the file has gone meanwhile.
    """
    try:
        yield from storage.open_original(file.id, start, end)
    except ObjectGone as gone:
        raise FileNotFound from gone


def use(
    writes: Transaction, file_ids: Iterable[str], *, owner_id: str, by: str, images: bool = False
) -> None:
    """Note in a transaction that a thing uses ready files of an account's, which keeps them.

    `by` is `<feature>:<id>`; again is the same as once. With `images` they have to be some. The
    transaction raises FileNotFound, FileNotReady, FileNotImage.
    """
    suits = (File.owner_id == owner_id) & (File.state == State.READY.value)
    if images:
        suits &= File.width.exists()
    for file_id in file_ids:
        actions = [File.used_by.add([by])]
        writes.update(File(file_id), actions, suits, _unfit_for(owner_id))


def release(writes: Transaction, file_ids: Iterable[str], by: str) -> None:
    """Note in a transaction that a thing uses files no more; they are there as long as it does."""
    for file_id in file_ids:
        writes.update(File(file_id), [File.used_by.delete([by])], None, lambda _: FileNotFound())


def _unfit_for(owner_id: str) -> Callable[[File | None], AppError]:
    def unfit(file: File | None) -> AppError:
        if file is None or file.owner_id != owner_id:
            return FileNotFound()
        return FileNotReady() if file.state != State.READY else FileNotImage()

    return unfit


def _all(_file: File) -> bool:
    return True


Visible = Callable[[list[str]], bool]
"""Says whether any of a feature's things with these ids is public."""

_publishers: dict[str, Visible] = {}


def public_when(feature: str, visible: Visible) -> None:
    """Have a feature say which of its things are public: the images that they use then are."""
    _publishers[feature] = visible


def is_public(file: File) -> bool:
    """Whether a file is ready, and used by anything that is public. Raises Unavailable."""
    if file.state != State.READY:
        return False
    users = [user.partition(":") for user in sorted(file.used_by)]
    return any(
        visible([id_ for name, _, id_ in users if name == feature])
        for feature, visible in _publishers.items()
        if any(name == feature for name, _, _ in users)
    )
