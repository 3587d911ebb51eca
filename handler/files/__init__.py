"""Files of accounts: uploaded, checked, kept, downloaded for a short while, deleted."""

from handler.files.holdings import page_held
from handler.files.models import File
from handler.files.service.access import (
    FileNotFound,
    FileNotImage,
    FileNotReady,
    file_of,
    is_public,
    open_content,
    public_when,
    ready_file,
    release,
    use,
)
from handler.files.service.making import store
from handler.files.service.showing import photo_path
from handler.files.states import Size
from handler.files.storage import origins as bucket_origins

__all__ = [
    "File",
    "FileNotFound",
    "FileNotImage",
    "FileNotReady",
    "Size",
    "bucket_origins",
    "file_of",
    "is_public",
    "open_content",
    "page_held",
    "photo_path",
    "public_when",
    "ready_file",
    "release",
    "store",
    "use",
]
