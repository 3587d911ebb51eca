"""Changes to files, which are only made where a file is as the recipe knows it."""

import re
from dataclasses import dataclass


class Strange(Exception):
    """Something is not as the recipe knows it; the text says what."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a file that come in the place of others, which stand there once."""

    file: str
    before: str
    after: str

    def made_in(self, text: str) -> str:
        """The text with this change. Raises Strange."""
        if text.count(self.before) != 1:
            raise Strange(f"{self.file} has not once: {self.before}")
        return text.replace(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a pattern finds in a file goes, wherever that is, or something else comes instead."""

    file: str
    pattern: str
    instead: str = ""

    def made_in(self, text: str) -> str:
        """The text with this change. Raises Strange."""
        made, count = re.subn(self.pattern, self.instead, text, flags=re.MULTILINE)
        if not count:
            raise Strange(f"{self.file} has nothing like: {self.pattern}")
        return made
