"""The effects of probes, in a table that the worker may update anyway."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from handler.core.attributes import IntegerAttribute
from handler.core.records import Row, table
from handler.jobs import Writes

_PERIOD = "probe"
_FOR_EVER = 9_999_999_999


class Effect(Row):
    """How often the effect of one number has happened."""

    class Meta:
        table_name = table("metrics")

    period = UnicodeAttribute(hash_key=True)
    bucket = UnicodeAttribute(range_key=True)
    times = IntegerAttribute()
    expires_at = NumberAttribute()

    @classmethod
    def add(cls, writes: Writes, number: int) -> None:
        """Have it happen once more, with those writes."""
        actions = [cls.times.add(1), cls.expires_at.set(_FOR_EVER)]
        writes.update(cls(_PERIOD, _bucket(number)), actions)

    @classmethod
    def times_of(cls, first: int, count: int) -> list[int]:
        """How often each has happened that has at all, of so many numbers."""
        span = cls.bucket.between(_bucket(first), _bucket(first + count - 1))
        return [row.times for row in cls.query(_PERIOD, span)]


def _bucket(number: int) -> str:
    return f"{number:08}"
