"""What a release may change of tables, queues, buckets and secrets."""

from dataclasses import replace

import pytest

from infra.blueprint import BLUEPRINT, Index, Key, Queue, Table
from tests.releases.structure import broken, structure

_INDEX = Index("first", partition=Key("shelf"), sort=Key("id"))
_TABLE = Table("rows", partition=Key("id"), indexes=(_INDEX,), ttl="expires_at")
_OTHERS = tuple(Index(name, partition=Key("shelf"), sort=Key("id")) for name in ("second", "third"))


def after(*tables, **changes):
    """What is broken when a blueprint of that one table is followed by another."""
    before = replace(BLUEPRINT, tables=(_TABLE,))
    return broken(structure(before), structure(replace(before, tables=tables, **changes)))


def test_nothing_need_change():
    """The same blueprint again is fine."""
    assert after(_TABLE) == []


def test_a_table_may_come():
    """With as many indexes as it likes."""
    assert after(_TABLE, replace(_TABLE, name="more", indexes=(_INDEX, *_OTHERS))) == []


@pytest.mark.parametrize("indexes", [(_INDEX, _OTHERS[0]), ()], ids=["comes", "goes"])
def test_one_index_may_change(indexes):
    """It comes, or it goes."""
    assert after(replace(_TABLE, indexes=indexes)) == []


@pytest.mark.parametrize("indexes", [(_INDEX, *_OTHERS), _OTHERS[:1]], ids=["two", "another"])
def test_two_indexes_may_not_change(indexes):
    """Two that come, or one for another: DynamoDB would refuse the update."""
    (found,) = after(replace(_TABLE, indexes=indexes))
    assert found.startswith("tables rows: 2 indexes change (")


@pytest.mark.parametrize(
    "change",
    [{"partition": Key("other")}, {"sort": Key("id", "N")}, {"projection": "KEYS_ONLY"}],
    ids=str,
)
def test_an_index_keeps_its_name_and_form(change):
    """Another form needs another name, in a release of its own."""
    found = after(replace(_TABLE, indexes=(replace(_INDEX, **change),)))
    assert found == ["tables rows.first: changes under its name"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"partition": Key("other")},
            "its partition key changes, which makes another, empty table",
        ),
        ({"sort": Key("part")}, "its sort key changes, which makes another, empty table"),
        ({"ttl": "gone_at"}, "ttl was expires_at, is gone_at"),
        ({"ttl": None}, "ttl was expires_at, is None"),
    ],
    ids=str,
)
def test_a_table_keeps_its_keys_and_its_ttl(change, said):
    """CloudFormation would replace it."""
    assert after(replace(_TABLE, **change)) == [f"tables rows: {said}"]


@pytest.mark.parametrize("kind", ["tables", "queues", "buckets", "secrets"])
def test_nothing_that_holds_data_goes(kind):
    """The one that is left out is named."""
    full = structure(BLUEPRINT)
    gone = next(iter(full[kind]))
    rest = {name: one for name, one in full[kind].items() if name != gone}
    assert broken(full, {**full, kind: rest}) == [f"{kind} {gone}: is gone, and its data with it"]


def test_a_queue_may_come_and_be_set_otherwise():
    """Its settings are no data."""
    first, *others = BLUEPRINT.queues
    queues = (replace(first, visibility=first.visibility + 1), *others, Queue("new", 60))
    assert after(_TABLE, queues=queues) == []
