"""What a notification says: to people, and to programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """A line and a text for people; `data` names for programs what it is about (no secrets)."""

    subject: str
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
