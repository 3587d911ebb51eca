"""The words an item is found by: the search's only idea of what a word is."""

import re
import unicodedata
from collections.abc import Iterable

WORDS_MAX = 30
"""Words of one item that are indexed: its writes fit one transaction, twice over."""
_WORD_MAX = 40  # characters of a word that count
_BUCKET = 2  # first characters of a word that pick its partition

_WORD = re.compile(r"\w+(?:\.\w+)*")


def words_of(*texts: str) -> tuple[str, ...]:
    """The distinct words of some texts in order of appearance, at most `WORDS_MAX`.

    Case, width and composition do not matter; `0.23` is one word, `sci-fi` is two.
    """
    found: dict[str, None] = {}
    for text in texts:
        plain = unicodedata.normalize("NFKC", text).casefold()
        found.update((word[:_WORD_MAX], None) for word in _WORD.findall(plain))
    return tuple(found)[:WORDS_MAX]


def bucket(word: str) -> str:
    """What the partitions of a word and of its neighbours have in common."""
    return f"word:{word[:_BUCKET]}"


def all_begin(prefixes: Iterable[str], words: Iterable[str]) -> bool:
    """Whether each prefix begins some word."""
    known = tuple(words)
    return all(any(word.startswith(prefix) for word in known) for prefix in prefixes)
