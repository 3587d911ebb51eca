"""What is left of a style sheet."""

import re

import pytest

from infra.vendoring import VENDOR
from infra.vendoring.styles import trimmed


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        ("a{b:c}kbd{d:e}", "a{b:c}"),
        ("a,kbd,p{b:c}", "a,p{b:c}"),
        (":is(a,kbd){b:c}", ""),
        ("a:not(p,i){b:c}", "a:not(p,i){b:c}"),
        ("input:not([type=range]){b:c}", "input:not([type=range]){b:c}"),
        ("@media print{kbd{b:c}}a{d:e}", "a{d:e}"),
        ("@media print{a{b:c}kbd{d:e}}", "@media print{a{b:c}}"),
        ("@keyframes x{to{a:b}}", "@keyframes x{to{a:b}}"),
        ("@keyframes tooltip-slide{to{a:b}}", ""),
        ("/*! MIT */kbd{a:b}a{b:c}", "/*! MIT */a{b:c}"),
        ("a::-moz-progress-bar{b:c}a::-moz-range-thumb{b:c}", "a::-moz-progress-bar{b:c}"),
        (
            "[data-theme=dark]{a:b}:root:not([data-theme=dark]){a:b}",
            ":root:not([data-theme=dark]){a:b}",
        ),
    ],
)
def test_rules_stay_that_something_here_is_meant_by(sheet, left):
    """Of several selectors those, and no empty blocks."""
    assert trimmed(sheet, "") == left


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        ("a{--x:1;b:c}", "a{b:c}"),
        ("a{--x:1}p{b:var(--x)}", "a{--x:1}p{b:var(--x)}"),
        ("a{--x:1;--y:var(--x)}p{b:c}", "p{b:c}"),
        ('a{--x:url("b;c");b:c}', "a{b:c}"),
        ("a{--x:calc(1px*(2 + 3));--beside:2}", "a{--beside:2}"),
    ],
)
def test_properties_stay_that_something_uses(sheet, left):
    """The sheet itself, at last, or the one that is loaded beside it."""
    assert trimmed(sheet, "i{b:var(--beside)}") == left


def test_what_the_own_sheet_uses_is_there():
    """Pico is copied anew when that changes."""
    pico, own = (VENDOR / "pico.css").read_text(), VENDOR.with_name("app.css").read_text()
    for name in set(re.findall(r"var\((--pico-[\w-]+)", own)):
        assert f"{name}:" in pico, name


def test_a_brace_that_is_not_closed_is_told():
    """It is no style sheet then."""
    with pytest.raises(ValueError, match="not closed"):
        trimmed("a{", "")
