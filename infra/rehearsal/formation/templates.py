"""What the functions of a CloudFormation template come to. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.rehearsal.kinds.shapes import Made, Refused

ABSENT = object()
"""What `AWS::NoValue` comes to: the property is as if it had not been written."""

_HOLE = re.compile(r"\$\{(!?)([^}]+)\}")


@dataclass(frozen=True)
class Scope:
    """What a template may speak of: parameters by name, conditions, and resources that are made."""

    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Made] = field(default_factory=dict)


def resolved(value: Any, scope: Scope) -> Any:
    """Evaluate a value with all that is in it. Raises Refused."""
    if isinstance(value, list):
        parts = [resolved(part, scope) for part in value]
        return [part for part in parts if part is not ABSENT]
    if not isinstance(value, dict):
        return _plain(value)
    if len(value) == 1:
        (name,) = value
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](value[name], scope)
        if name.startswith("Fn::"):
            raise Refused(f"Nobody has taught the rehearsal {name}.")
    parts_by_name = {name: resolved(part, scope) for name, part in value.items()}
    return {name: part for name, part in parts_by_name.items() if part is not ABSENT}


def holds(name: str, scope: Scope) -> bool:
    """Whether a condition of the template holds. Raises Refused."""
    if name not in scope.conditions:
        raise Refused(f"The template has no condition {name}.")
    return bool(resolved(scope.conditions[name], scope))


def references(value: Any) -> Iterator[str]:
    """Give the names that a value refers to, of resources and of parameters."""
    if isinstance(value, list):
        for part in value:
            yield from references(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _referred(name, part)
            yield from references(part)


def _referred(function: str, of: Any) -> Iterator[str]:
    if function == "Ref":
        yield of
    elif function == "Fn::GetAtt":
        yield of.partition(".")[0] if isinstance(of, str) else of[0]
    elif function == "Fn::Sub":
        text = of if isinstance(of, str) else of[0]
        for escaped, name in _HOLE.findall(text):
            if not escaped:
                yield name.partition(".")[0]


def _plain(value: Any) -> Any:
    if isinstance(value, str) and "{{resolve:" in value:
        raise Refused("Nobody has taught the rehearsal dynamic references.")
    return value


def _ref(name: str, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return ABSENT
    if name in scope.parameters:
        return scope.parameters[name]
    return _made(name, scope).id


def _attribute(of: Any, scope: Scope) -> Any:
    name, _, attribute = of.partition(".") if isinstance(of, str) else (of[0], "", of[1])
    known = _made(name, scope).attributes
    if attribute not in known:
        raise Refused(f"{name} has no attribute {attribute}, only {', '.join(known) or 'none'}.")
    return known[attribute]


def _made(name: str, scope: Scope) -> Made:
    if name not in scope.resources:
        raise Refused(f"{name} is referred to, and is neither a parameter nor a resource.")
    return scope.resources[name]


def _join(of: Any, scope: Scope) -> str:
    return str(of[0]).join(str(part) for part in resolved(of[1], scope))


def _split(of: Any, scope: Scope) -> list[str]:
    return str(resolved(of[1], scope)).split(of[0])


def _select(of: Any, scope: Scope) -> Any:
    return resolved(of[1], scope)[int(of[0])]


def _substitute(of: Any, scope: Scope) -> str:
    text, own = (of, {}) if isinstance(of, str) else (of[0], resolved(of[1], scope))

    def filled(hole: re.Match[str]) -> str:
        escaped, name = hole.groups()
        if escaped:
            return f"${{{name}}}"
        if name in own:
            return str(own[name])
        return str(_attribute(name, scope) if "." in name else _ref(name, scope))

    return _HOLE.sub(filled, text)


def _if(of: Any, scope: Scope) -> Any:
    return resolved(of[1] if holds(of[0], scope) else of[2], scope)


def _equals(of: Any, scope: Scope) -> bool:
    return bool(resolved(of[0], scope) == resolved(of[1], scope))


def _contains(of: Any, scope: Scope) -> bool:
    return resolved(of[1], scope) in resolved(of[0], scope)


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Condition": holds,
    "Fn::And": lambda of, scope: all(resolved(of, scope)),
    "Fn::Contains": _contains,
    "Fn::Equals": _equals,
    "Fn::GetAtt": _attribute,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Not": lambda of, scope: not resolved(of[0], scope),
    "Fn::Or": lambda of, scope: any(resolved(of, scope)),
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _substitute,
}
