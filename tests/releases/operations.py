"""What changes of an OpenAPI document break its clients."""

from collections.abc import Iterator
from typing import Any

from tests.releases import schemas
from tests.releases.schemas import Place

Document = dict[str, Any]

_PROBLEM = "application/problem+json"


def broken(old: Document, new: Document) -> list[str]:
    """Everything that a client of the old document may miss, each with its operation and field.

    What the old one marks as deprecated is not missed once the version says that something broke.
    """
    if line(new["info"]["version"]) > line(old["info"]["version"]):
        old = _without_deprecated(old)
    before, after = _operations(old), _operations(new)
    found = [f"{name}: is gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        found += _operation(name, before[name], after[name])
    return sorted(found)


def line(version: str) -> tuple[int, int]:
    """What grows when a version breaks something: the major number, before 1.0.0 the minor one."""
    major, minor, _ = map(int, version.split("."))
    return (major, 0) if major else (0, minor)


def _without_deprecated(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_deprecated(one) for one in part if not _deprecated(one)]
    if isinstance(part, dict):
        return {k: _without_deprecated(v) for k, v in part.items() if not _deprecated(v)}
    return part


def _deprecated(part: Any) -> bool:
    return isinstance(part, dict) and part.get("deprecated") is True


def _operations(document: Document) -> dict[str, Any]:
    """Each operation with its schemas written out, by method and path."""
    named = document.get("components", {}).get("schemas", {})
    return {
        f"{method.upper()} {path}": schemas.inlined(operation, named)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def _operation(name: str, old: Any, new: Any) -> Iterator[str]:
    if old.get("operationId") != new.get("operationId"):
        yield f"{name}: operationId was {old.get('operationId')}, is {new.get('operationId')}"
    yield from _security(name, old.get("security") or [{}], new.get("security") or [{}])
    yield from _parameters(name, old, new)
    yield from _body(name, old.get("requestBody"), new.get("requestBody"))
    yield from _answers(name, old["responses"], new["responses"])


def _security(name: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Whoever was let in still is; without `security` everybody is, as with an empty one."""
    for way in old:
        if way not in new and {} not in new:
            how = "by " + ", ".join(way) if way else "without a token"
            yield f"{name}: lets nobody in any more {how}"


def _parameters(name: str, old: Any, new: Any) -> Iterator[str]:
    before, after = (
        {(p["in"], p["name"]): p for p in one.get("parameters", ())} for one in (old, new)
    )
    for key in sorted(before.keys() | after.keys()):
        place = Place(f"{name} {key[0]}.{key[1]}", answer=False)
        was, is_ = before.get(key), after.get(key)
        if is_ is None:
            yield place.says("is gone")
        elif is_.get("required") and not (was or {}).get("required"):
            yield place.says("is required now")
        elif was is not None:
            yield from schemas.broken(was["schema"], is_["schema"], place)


def _body(name: str, old: Any, new: Any) -> Iterator[str]:
    if new and new.get("required") and not (old and old.get("required")):
        yield f"{name} body: is required now"
    if old:
        yield from _contents(Place(f"{name} body", answer=False), old, new or {})


def _answers(name: str, old: Any, new: Any) -> Iterator[str]:
    for status, answer in old.items():
        if status not in new:
            yield f"{name} {status}: is gone"
            continue
        for header in sorted(
            answer.get("headers", {}).keys() - new[status].get("headers", {}).keys()
        ):
            yield f"{name} {status} header.{header}: is gone"
        yield from _contents(Place(f"{name} {status}", answer=True), answer, new[status])


def _contents(place: Place, old: Any, new: Any) -> Iterator[str]:
    offered = new.get("content", {})
    for kind, content in old.get("content", {}).items():
        if kind not in offered:
            yield place.says(f"{kind} is gone")
            continue
        was, is_ = content.get("schema", {}), offered[kind].get("schema", {})
        if kind == _PROBLEM:
            yield from _codes(place, was, is_)
        yield from schemas.broken(was, is_, place)


def _codes(place: Place, old: Any, new: Any) -> Iterator[str]:
    """An operation may be refused for new reasons; programs miss the codes that are gone."""
    lost = _taken_codes(old) - _taken_codes(new)
    yield from (place.says(f"code {code!r} is gone") for code in sorted(lost))


def _taken_codes(schema: Any) -> set[str]:
    """A problem's codes, which are taken out: they may gain, as no other answer's values may."""
    return set(schema["properties"]["code"].pop("enum"))
