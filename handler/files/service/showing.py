"""Images as they are shown: to their owner by short-lived URLs, to everybody where they are public.

What is shown is never what was uploaded, but a thumbnail that we made of it.
"""

from handler.core.auth import Caller
from handler.core.errors import NotFound
from handler.files import storage
from handler.files.models import File
from handler.files.service.access import FileNotFound, is_public, ready_file
from handler.files.states import Size
from handler.files.storage import Link, ObjectGone


class ThumbnailNotFound(NotFound):
    """The file is no image."""

    detail = "Only images have thumbnails."


def link_to_thumbnail(caller: Caller, file_id: str, size: Size) -> Link:
    """A short-lived URL of a thumbnail of the caller's.

    Raises FileNotFound, FileNotReady, ThumbnailNotFound.
    """
    file = ready_file(caller.id, file_id)
    if not file.is_image:
        raise ThumbnailNotFound
    return storage.sign_thumbnail(file.id, size)


def public_photo(file_id: str, size: Size) -> bytes:
    """A thumbnail of an image that anything public shows. Raises FileNotFound."""
    file = File.find(file_id)
    if file is None or not file.is_image or not is_public(file):
        raise FileNotFound
    try:
        return storage.get_thumbnail(file.id, size)
    except ObjectGone as gone:  # the file went meanwhile
        raise FileNotFound from gone


def photo_path(file_id: str, size: Size) -> str:
    """Where a photo is for everybody as long as it is public; it never changes."""
    return f"/photos/{file_id}/{size}.webp"
