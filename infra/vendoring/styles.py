"""Pico's style sheet without what no page of the console has."""

import re
from collections.abc import Iterator

_UNUSED = re.compile(
    r"\[type=(color|range|date|datetime|datetime-local|time|week|month)"
    r"|\[data-tooltip|keyframes tooltip|^:host|(?<!:):-moz|::-moz-(?!progress)|-moz-document"
    r"|-ms-|autofill|optgroup|\[rel=prev\]|\[role=(group|link|search)\]|\[dir=rtl\]|^\[data-theme=|aria-label=breadcrumb"
    r"|\[aria-invalid=false|\[aria-hidden=false|(checkbox|radio|switch)\].*\[aria-invalid"
    r"|checkbox\]:indeterminate|^\[type=reset\]|multiple|striped"
    r"|\b(abbr|address|area|aside|audio|blockquote|canvas|del|details|h[456]|hgroup|hr|iframe|ins|kbd"
    r"|mark|samp|sub|summary|sup|svg|template|tfoot|video)\b"
)
"""Selectors of elements and attributes that the console does not use."""
_NOT = re.compile(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)")
_PROPERTY = re.compile(
    r"(?<=[{;])(--[\w-]+):(?:[^;}\"(]|\"[^\"]*\"|\([^()]*(?:\([^()]*\)[^()]*)*\))*(?:;|(?=}))"
)
"""A custom property, and its name."""
_EMPTY = re.compile(r"(?:^|(?<=[}{/]))[^{}/@]+{}")
_NESTED = ("@media", "@supports")
_BEFORE = re.compile(r"(?:@charset[^;]*;|/\*.*?\*/|\s)+", re.DOTALL)


def trimmed(text: str, beside: str) -> str:
    """A minified style sheet without the rules that nothing here is meant by.

    Nor has it custom properties that neither it uses nor the sheet that is loaded beside it.
    """
    kept, before = _of_rules(text), ""
    while kept != before:
        used = frozenset(re.findall(r"var\((--[\w-]+)", kept + beside))
        before, kept = kept, _with_properties(kept, used)
    return kept


def _with_properties(text: str, used: frozenset[str]) -> str:
    left = _PROPERTY.sub(lambda one: one[0] if one[1] in used else "", text)
    return _EMPTY.sub("", left)


def _of_rules(text: str) -> str:
    return "".join(_rules(text))


def _rules(text: str) -> Iterator[str]:
    start = 0
    while (brace := text.find("{", start)) >= 0:
        head, end = text[start:brace], _end(text, brace)
        body, start = text[brace + 1 : end - 1], end
        before = _BEFORE.match(head)
        said = before[0] if before else ""
        yield said + _kept(head.removeprefix(said), body)


def _end(text: str, brace: int) -> int:
    """Behind the brace that closes the one that opens here."""
    depth = 0
    for place in range(brace, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    raise ValueError("A brace of the style sheet is not closed.")


def _kept(head: str, body: str) -> str:
    if head.startswith(_NESTED):
        inner = _of_rules(body)
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@"):
        return "" if _UNUSED.search(head) else f"{head}{{{body}}}"
    selectors = [one for one in _selectors(head) if not _UNUSED.search(_NOT.sub("", one))]
    return f"{','.join(selectors)}{{{body}}}" if selectors else ""


def _selectors(head: str) -> list[str]:
    """What commas divide, but those within brackets."""
    found, depth = [""], 0
    for letter in head:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found
