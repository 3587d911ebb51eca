"""Where a file stands, and the sizes in which images are shown."""

from enum import StrEnum


class State(StrEnum):
    """Where a file stands. Only a ready one can be downloaded."""

    PENDING = "pending"
    """Announced; its bytes have not come, or are not checked yet."""
    PROCESSING = "processing"
    """Checked; its thumbnails are being made."""
    READY = "ready"
    REJECTED = "rejected"
    """Its bytes are not what was announced, or not acceptable; a reason says which."""


OPEN = frozenset({State.PENDING, State.PROCESSING})
"""States in which a file's bytes are not accepted yet, nor refused."""


class Size(StrEnum):
    """The thumbnails of an image."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
