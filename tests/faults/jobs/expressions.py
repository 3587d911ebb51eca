"""DynamoDB's expressions, each compiled once: conditions and updates as the engine writes them.

What is not understood here is an error, never a guess.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

Value = dict[str, Any]
Row = dict[str, Value]
Facts = tuple[Row, dict[str, str], dict[str, Value]]
"""A row, and what the names and the values of an expression stand for."""
Condition = Callable[[Facts], bool]
Operand = Callable[[Facts], Value | None]
Update = Callable[[Facts], Row]

_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|<>|[=<>(),+])")
_COMPARED = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_CLAUSES = ("SET", "ADD", "REMOVE")


def _plain(value: Value) -> tuple[str, Any]:
    ((type_, content),) = value.items()
    return type_, Decimal(content) if type_ == "N" else content


class _Text:
    """What is left of an expression."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise ValueError(text)

    @property
    def next(self) -> str:
        """The next token, or nothing."""
        return self._tokens[0] if self._tokens else ""

    def take(self, expected: str | None = None) -> str:
        """Take a token away: that one, if it is said which."""
        token = self._tokens.pop(0)
        if expected not in (None, token):
            raise ValueError(token)
        return token

    def took(self, token: str) -> bool:
        """Take a token away if it is the next one."""
        return self.next == token and bool(self.take())


@lru_cache(maxsize=1000)
def condition(text: str) -> Condition:
    """The condition of a text."""
    left = _Text(text)
    made = _any(left)
    if left.next:
        raise ValueError(text)
    return made


def _any(text: _Text) -> Condition:
    parts = [_all(text)]
    while text.took("OR"):
        parts.append(_all(text))
    return lambda facts: any(part(facts) for part in parts)


def _all(text: _Text) -> Condition:
    parts = [_one(text)]
    while text.took("AND"):
        parts.append(_one(text))
    return lambda facts: all(part(facts) for part in parts)


def _one(text: _Text) -> Condition:
    if text.took("NOT"):
        refused = _one(text)
        return lambda facts: not refused(facts)
    if text.took("("):
        inner = _any(text)
        text.take(")")
        return inner
    if text.next in {"attribute_exists", "attribute_not_exists"}:
        wanted = text.take() == "attribute_exists"
        text.take("(")
        operand = _operand(text)
        text.take(")")
        return lambda facts: (operand(facts) is not None) == wanted
    return _comparison(text)


def _comparison(text: _Text) -> Condition:
    left, sign = _operand(text), text.take()
    if sign == "BETWEEN":
        low = _operand(text)
        text.take("AND")
        high = _operand(text)
        return lambda facts: (
            _holds(ge, left(facts), low(facts)) and _holds(le, left(facts), high(facts))
        )
    if sign == "IN":
        members = []
        text.take("(")
        while not members or text.took(","):
            members.append(_operand(text))
        text.take(")")
        return lambda facts: any(_holds(eq, left(facts), member(facts)) for member in members)
    compared, right = _COMPARED[sign], _operand(text)
    return lambda facts: _holds(compared, left(facts), right(facts))


def _holds(compared: Callable[[Any, Any], bool], left: Value | None, right: Value | None) -> bool:
    if left is None or right is None:
        return compared is ne and left is not right
    (type_, one), (other_type, other) = _plain(left), _plain(right)
    return compared(one, other) if type_ == other_type else compared is ne


def _operand(text: _Text) -> Operand:
    token = text.take()
    if token.startswith(":"):
        return lambda facts: facts[2][token]
    if token == "if_not_exists":
        text.take("(")
        first = _operand(text)
        text.take(",")
        second = _operand(text)
        text.take(")")
        return lambda facts: first(facts) or second(facts)
    return lambda facts: facts[0].get(facts[1][token] if token.startswith("#") else token)


@lru_cache(maxsize=1000)
def update(text: str) -> Update:
    """The update of a text: gives the row as it is afterwards, and leaves the old one alone."""
    left, changes = _Text(text), []
    while left.next:
        clause = left.take()
        if clause not in _CLAUSES:
            raise ValueError(text)
        while left.next not in {"", *_CLAUSES}:
            changes.append(_change(clause, left))
            left.took(",")
    return lambda facts: _changed(facts, changes)


def _change(clause: str, text: _Text) -> tuple[str, str, Operand | None]:
    name = text.take()
    if clause == "REMOVE":
        return clause, name, None
    if clause == "SET":
        text.take("=")
    operand = _operand(text)
    if text.took("+"):
        other = _operand(text)
        return clause, name, lambda facts: _sum(operand(facts), other(facts))
    return clause, name, operand


def _changed(facts: Facts, changes: list[tuple[str, str, Operand | None]]) -> Row:
    before, names, _ = facts
    after = dict(before)
    for clause, token, operand in changes:
        name = names[token] if token.startswith("#") else token
        value = operand(facts) if operand else None
        if clause == "ADD":
            value = _sum(before.get(name, {"N": "0"}), value)
        if value is None:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def _sum(one: Value | None, other: Value | None) -> Value:
    if one is None or other is None:
        raise ValueError("a sum of nothing")
    return {"N": str(Decimal(one["N"]) + Decimal(other["N"]))}
