"""How a checked image gets its thumbnails. It loads Pillow, so only the job's handler loads it."""

import io

from handler.files import images, storage
from handler.files.images import ImageRefused
from handler.files.models import File
from handler.files.schemas import MakeThumbnails
from handler.files.service import access, checking
from handler.files.states import State
from handler.jobs import Run


def make_thumbnails(job: MakeThumbnails, run: Run) -> None:
    """Store the thumbnails of a checked image, which is ready then; or reject what is none.

    Again is the same as once: thumbnails of the same bytes are put in their own place.
    """
    file = File.find(job.file_id)
    if file is None:
        checking.forget(job.owner_id, job.file_id, run)
        return
    if file.state != State.PROCESSING:
        return
    content = b"".join(access.open_content(file))
    try:
        facts = images.read(io.BytesIO(content))
        made = images.thumbnails(content)
    except ImageRefused as refused:
        checking.reject(file, refused.reason, run)
        return
    for size, thumbnail in made.items():
        storage.put_thumbnail(file.id, size, thumbnail)
    checking.finish(file, facts.width, facts.height, run)
