"""What is left of a style sheet."""

import pytest

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
        ("/*! MIT */kbd{a:b}a{b:c}", "/*! MIT */a{b:c}"),
        (
            "[data-theme=dark]{a:b}:root:not([data-theme=dark]){a:b}",
            ":root:not([data-theme=dark]){a:b}",
        ),
    ],
)
def test_rules_stay_that_something_here_is_meant_by(sheet, left):
    """Of several selectors those, and no empty blocks."""
    assert trimmed(sheet) == left


def test_a_brace_that_is_not_closed_is_told():
    """It is no style sheet then."""
    with pytest.raises(ValueError, match="not closed"):
        trimmed("a{")
