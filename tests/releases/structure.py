"""What changes of the blueprint cannot be deployed over the last release, or would lose data."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from infra.blueprint import Blueprint

Structure = dict[str, Any]

INDEXES_AT_ONCE = 1
"""DynamoDB makes or drops one index in an update of a table, and refuses more."""
_KINDS = ("tables", "queues", "buckets", "secrets")


def structure(blueprint: Blueprint) -> Structure:
    """Give what holds data, by kind and name, as a release writes it down."""
    plain = json.loads(json.dumps(dataclasses.asdict(blueprint)))
    return {kind: {one["name"]: one for one in plain[kind]} for kind in _KINDS}


def broken(old: Structure, new: Structure) -> list[str]:
    """Everything that must not change in one release, each with the resource it is about."""
    found = [
        f"{kind} {name}: is gone, and its data with it"
        for kind in _KINDS
        for name in old[kind].keys() - new[kind].keys()
    ]
    for name in old["tables"].keys() & new["tables"].keys():
        found += _table(f"tables {name}", old["tables"][name], new["tables"][name])
    return sorted(found)


def _table(name: str, old: Any, new: Any) -> Iterator[str]:
    for part in ("partition", "sort"):
        if old[part] != new[part]:
            yield f"{name}: its {part} key changes, which makes another, empty table"
    if old["ttl"] != new["ttl"]:
        # DynamoDB refuses to name another attribute, and takes an hour to switch it off.
        yield f"{name}: ttl was {old['ttl']}, is {new['ttl']}"
    yield from _indexes(
        name, *({one["name"]: one for one in each["indexes"]} for each in (old, new))
    )


def _indexes(name: str, old: Structure, new: Structure) -> Iterator[str]:
    """An index that becomes another under its name would be dropped before it is there again."""
    kept = old.keys() & new.keys()
    yield from (f"{name}.{one}: changes under its name" for one in kept if old[one] != new[one])
    changed = sorted(old.keys() ^ new.keys())
    if len(changed) > INDEXES_AT_ONCE:
        yield f"{name}: {len(changed)} indexes change ({', '.join(changed)}), one release has one"
