"""Reads metric filters as CloudWatch does, as far as ours go: JSON patterns, and any of terms."""

import json
import re

_TOKENS = re.compile(
    r'\$\.(?P<field>\w+) (?:(?P<absent>NOT EXISTS)|(?P<operator>!?=) "(?P<value>[^"]*)")'
    r"|(?P<join>&&|\|\|)|(?P<frame>[()])|(?P<blank>\s+)"
)


def matches(pattern, event):
    """Tell whether a filter counts a line of log."""
    if not pattern.startswith("{"):
        return any(term in event for term in terms(pattern))
    try:
        fields = json.loads(event)
    except ValueError:
        return False  # a JSON pattern looks at JSON only
    return isinstance(fields, dict) and holds(pattern, fields)


def terms(pattern):
    """Give the terms of which one is enough."""
    found = re.findall(r'\?"([^"]+)"', pattern)
    assert " ".join(f'?"{term}"' for term in found) == pattern, f"not understood: {pattern}"
    return found


def holds(pattern, fields):
    """Work out a JSON pattern, whose operators bind as those of Python do."""
    inner, position, said = pattern[1:-1], 0, ""
    while position < len(inner):
        token = _TOKENS.match(inner, position)
        assert token, f"not understood: {inner[position:]}"
        position = token.end()
        said += worth(token, fields)
    return eval(said, {"__builtins__": {}})  # noqa: S307 - of True, False, and, or, ( and ) alone


def worth(token, fields):
    """Write a token of a pattern in Python. `*` is any value; a missing field has none at all."""
    if token["field"]:
        there = token["field"] in fields
        if token["absent"]:
            return str(not there)
        equal = token["value"] in {"*", fields.get(token["field"])}
        return str(there and equal is (token["operator"] == "="))
    return {"&&": " and ", "||": " or "}.get(token["join"], token["frame"] or " ")
