"""What accounts are told: kept in a list, mailed, and pushed to open sockets; each once."""

from handler.notifications.ends import end_words, words_for
from handler.notifications.holdings import page_held
from handler.notifications.kinds import Kind
from handler.notifications.service import notify
from handler.notifications.words import Words

__all__ = ["Kind", "Words", "end_words", "notify", "page_held", "words_for"]
