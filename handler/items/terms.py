"""The words and tags that items are found by: a row each, kept in the transaction of the item."""

from pynamodb.attributes import UnicodeAttribute

from handler.core.ids import mirrored
from handler.core.records import Row, table
from handler.core.shards import Span, shard_of, shards
from handler.items.models import Item
from handler.items.words import bucket

_TOP = "\U0010ffff"  # sorts behind every other character


class ItemTerm(Row):
    """One word or tag of one item.

    `before` is the word's predecessor among the item's words, in order: a prefix that also begins
    that one has met the item already.
    """

    class Meta:
        table_name = table("item_terms")

    term_shard = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    before = UnicodeAttribute(null=True)

    @property
    def identity(self) -> tuple[str, str]:
        """Its key."""
        return self.term_shard, self.entry


def terms_of(item: Item) -> dict[tuple[str, str], ItemTerm]:
    """The rows that find an item, by key."""
    shard, newest_first = shard_of(item.id), mirrored(item.id)
    words = sorted(item.words)
    rows = [
        ItemTerm(f"{bucket(word)}#{shard}", f"{word}#{newest_first}", before=before)
        for word, before in zip(words, [None, *words], strict=False)
    ]
    rows += [ItemTerm(f"tag:{tag}#{shard}", newest_first) for tag in item.tags]
    return {row.identity: row for row in rows}


def item_id_of(entry: str) -> str:
    """The item that a term's entry stands for."""
    return mirrored(entry.rpartition("#")[2])


def with_word(prefix: str) -> Span:
    """Words that begin so, in word order, newest items first within a word."""
    return Span(ItemTerm, None, shards(bucket(prefix)), ItemTerm.entry, prefix, prefix + _TOP)


def with_tag(tag: str) -> Span:
    """Items of a tag, newest first."""
    return Span(ItemTerm, None, shards(f"tag:{tag}"), ItemTerm.entry, "0", _TOP)
