"""What is remembered of days: a row for each, so that a report reads as many rows as it shows."""

from collections.abc import Iterator
from datetime import date

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from handler.core.attributes import IntegerAttribute
from handler.core.records import Row, table


class DayReport(Row):
    """What a day has brought. It is put whole, by whoever has counted last."""

    class Meta:
        table_name = table("reports")

    year = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    schema = IntegerAttribute(default=1)
    features = JSONAttribute()
    accounts = IntegerAttribute()
    activity = JSONAttribute()


def between(start: date, end: date) -> Iterator[DayReport]:
    """The reports from a day to another, the first one first: a call for each year."""
    for year in range(start.year, end.year + 1):
        days = DayReport.day.between(start.isoformat(), end.isoformat())
        yield from DayReport.query(str(year), days)
