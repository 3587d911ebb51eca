"""Several models may share a table: whichever is used first, the indexes of each are known."""

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from handler.core import records
from handler.core.records import Row, table


class _ByOwner(GlobalSecondaryIndex["_Listed"]):
    class Meta:
        index_name = "owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class _Listed(Row):
    class Meta:
        table_name = table("files")

    by_owner = _ByOwner()
    id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()


class _Counted(Row):
    class Meta:
        table_name = table("files")

    id = UnicodeAttribute(hash_key=True)


@pytest.mark.parametrize("models", [(_Listed, _Counted), (_Counted, _Listed)])
def test_an_index_is_known_whichever_model_is_used_first(monkeypatch, models):
    """The connection is shared, and so is what it knows of a table."""
    monkeypatch.delitem(records._connection._tables, table("files"), raising=False)
    for model in models:
        monkeypatch.setattr(model, "_connection", None)
        model._get_connection()
    assert records._connection.get_meta_table(table("files")).has_index_name("owner")
