"""Jobs of files."""

from handler.accounts import AccountClosed
from handler.files.schemas import (
    CheckFile,
    CheckLongFile,
    DeleteObjects,
    MakeThumbnails,
    SweepFiles,
)
from handler.files.service import checking, removing
from handler.jobs import ObjectCreated, Run, handles


@handles(ObjectCreated, name="files.check_upload")
def check_upload(event: ObjectCreated, run: Run) -> None:
    """Have an upload that has come checked."""
    checking.notice(event, run)


@handles(CheckFile)
def check_file(job: CheckFile, run: Run) -> None:
    """Accept or reject the bytes of an upload."""
    checking.check(job, run)


@handles(CheckLongFile)
def check_long_file(job: CheckLongFile, run: Run) -> None:
    """Accept or reject the bytes of a long upload."""
    checking.check(job, run)


@handles(MakeThumbnails)
def make_thumbnails(job: MakeThumbnails, run: Run) -> None:
    """Make the thumbnails of an image, which is ready then."""
    from handler.files.service import rendering  # noqa: PLC0415 - Pillow, which no other job needs

    rendering.make_thumbnails(job, run)


@handles(DeleteObjects)
def delete_objects(job: DeleteObjects, _run: Run) -> None:
    """Delete whatever is kept of a file that is gone."""
    removing.delete_objects(job)


@handles(SweepFiles)
def sweep_files(_job: SweepFiles, run: Run) -> int:
    """Remove what was announced and never came."""
    return removing.sweep(run)


@handles(AccountClosed, name="files.remove_of_account")
def remove_of_account(event: AccountClosed, run: Run) -> None:
    """Remove the files of a closed account."""
    removing.remove_of_account(event.account_id, run)
