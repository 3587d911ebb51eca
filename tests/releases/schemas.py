"""What changes of a JSON schema break who relies on it, in requests and in answers.

A request is broken when something that was accepted no longer is; an answer, when it may be
something that it could not be before, or lacks what it had. Both are one question, asked in two
directions: is everything that is sent still among what the other side takes?
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_ALTERNATIVES = ("anyOf", "oneOf")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SAYING = ("default", "deprecated", "description", "example", "examples", "title")
_LOOKED_AT = {
    *(*_ALTERNATIVES, *_UPPER, *_LOWER, *_SAYING),
    *("$ref", "additionalProperties", "enum", "items", "properties", "required", "type"),
}


@dataclass(frozen=True)
class Place:
    """Where a schema stands, and whether we answer by it or are asked by it."""

    name: str
    answer: bool

    def within(self, name: str) -> "Place":
        """The place of a field, or of an array's elements."""
        return Place(f"{self.name}{name}", self.answer)

    def says(self, what: str) -> str:
        """What is broken here."""
        return f"{self.name}: {what}"


def inlined(schema: Any, schemas: dict[str, Schema], above: tuple[str, ...] = ()) -> Any:
    """A schema with what it refers to written out; what refers to itself keeps its name there."""
    if isinstance(schema, list):
        return [inlined(one, schemas, above) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in above:
            return {"$ref": name}
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return inlined({**schemas[name], **rest}, schemas, (*above, name))
    written = {key: inlined(value, schemas, above) for key, value in schema.items()}
    if "const" in written:
        written["enum"] = [written.pop("const")]
    return _together(written.pop("allOf", []), written)


def _together(parts: list[Schema], whole: Schema) -> Schema:
    """One schema for several that hold at once: later ones add to what earlier ones say."""
    for part in parts:
        for name, field in part.pop("properties", {}).items():
            known = whole.setdefault("properties", {})
            known[name] = {**known.get(name, {}), **field}
        whole["required"] = [*whole.get("required", ()), *part.pop("required", ())]
        whole |= part
    return whole


def broken(old: Schema, new: Schema, place: Place) -> Iterator[str]:
    """What of a written-out schema is broken by the one that comes in its stead."""
    if not place.answer and "default" in old and old["default"] != new.get("default"):
        yield place.says(f"its default was {old['default']!r}, is {new.get('default')!r}")
    olds, news = _alternatives(old), _alternatives(new)
    for one in news if place.answer else olds:
        pairs = [
            (other, one) if place.answer else (one, other)
            for other in (olds, news)[not place.answer]
        ]
        yield from min((list(_one(*pair, place)) for pair in pairs), key=_distance)


def _distance(found: list[str]) -> tuple[bool, int]:
    """How far two alternatives are apart: those of another type are furthest."""
    return any(": was " in one for one in found[:1]), len(found)


def _alternatives(schema: Schema) -> list[Schema]:
    for word in _ALTERNATIVES:
        if word in schema:
            rest = {key: value for key, value in schema.items() if key not in (word, *_SAYING)}
            return [{**rest, **one} for one in schema[word]]
    return [schema]


def _one(old: Schema, new: Schema, place: Place) -> Iterator[str]:
    """Compare two schemas without alternatives."""
    sent, taken = (new, old) if place.answer else (old, new)
    if _kind(taken) not in ("anything", _kind(sent)) and not _widens(sent, taken):
        yield place.says(f"was {_kind(old)}, is {_kind(new)}")
        return
    yield from _values(old, new, place)
    yield from _limits(sent, taken, place)
    yield from _fields(old, new, place)
    yield from _members(old, new, place)


def _kind(schema: Schema) -> str:
    return str(schema.get("type", schema.get("$ref", "anything")))


def _widens(sent: Schema, taken: Schema) -> bool:
    return (_kind(sent), _kind(taken)) == ("integer", "number")


def _values(old: Schema, new: Schema, place: Place) -> Iterator[str]:
    """A request keeps the values that it took; an answer gets no value that nobody knows."""
    before, after = old.get("enum"), new.get("enum")
    sent, taken = (after, before) if place.answer else (before, after)
    if taken is None:
        return
    verb = "may now be" if place.answer else "no longer takes"
    if sent is None:
        yield place.says(f"{verb} other values than {_listed(taken)}")
    elif odd := [one for one in sent if one not in taken]:
        yield place.says(f"{verb} {_listed(odd)}")


def _listed(values: list[Any]) -> str:
    return ", ".join(map(repr, values))


def _limits(sent: Schema, taken: Schema, place: Place) -> Iterator[str]:
    """What is taken has no limit that what is sent may pass."""
    for word in sorted(taken.keys() - (_LOOKED_AT - {*_UPPER, *_LOWER})):
        had, has = (taken, sent) if place.answer else (sent, taken)
        if not _holds(word, sent.get(word), taken[word]):
            yield place.says(
                f"{word} was {had.get(word, 'not there')}, is {has.get(word, 'not there')}"
            )


def _holds(word: str, sent: Any, taken: Any) -> bool:
    if sent is None or word not in (*_UPPER, *_LOWER):
        return bool(sent == taken)
    return bool(sent <= taken if word in _UPPER else sent >= taken)


def _fields(old: Schema, new: Schema, place: Place) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, field in before.items():
        if name in after:
            yield from broken(field, after[name], place.within(f".{name}"))
        else:
            yield place.within(f".{name}").says("is gone")
    need, needed = set(new.get("required", ())), set(old.get("required", ()))
    odd, verb = (needed & after.keys()) - need, "may be missing now"
    if not place.answer:
        odd, verb = need - needed, "is required now"
    yield from (place.within(f".{name}").says(verb) for name in sorted(odd))


def _members(old: Schema, new: Schema, place: Place) -> Iterator[str]:
    """The elements of an array, and what an object has beside its fields."""
    for word, name in (("items", "[]"), ("additionalProperties", ".*")):
        if word not in old and word not in new:
            continue
        before, after = _any(old.get(word, True)), _any(new.get(word, True))
        sent, taken = (after, before) if place.answer else (before, after)
        if before is not None and after is not None:
            yield from broken(before, after, place.within(name))
        elif taken is None and sent is not None:
            yield place.within(name).says("may be there now" if place.answer else "is refused now")


def _any(schema: Any) -> Schema | None:
    """The schema of `true`, and none for `false`."""
    if isinstance(schema, bool):
        return {} if schema else None
    return dict(schema)
