"""Files of accounts: uploaded, checked, kept, downloaded for a short while, deleted."""

from handler.files.holdings import page_held
from handler.files.models import File
from handler.files.service.access import (
    FileNotFound,
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

__all__ = [
    "File",
    "FileNotFound",
    "FileNotReady",
    "file_of",
    "is_public",
    "open_content",
    "page_held",
    "public_when",
    "ready_file",
    "release",
    "store",
    "use",
]
