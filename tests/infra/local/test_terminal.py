"""What the twin prints."""

import pytest

from infra.local import terminal


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('{"route": "/items", "ms": 1.5, "at": "a b"}', 'route=/items ms=1.5 at="a b"'),
        ("Traceback", "Traceback"),
        ("5", "5"),
    ],
)
def test_a_line_of_a_function_is_readable(capsys, line, wanted):
    """JSON objects as pairs, everything else as it is, after the time and the function."""
    terminal.Log().line("api", line)
    assert capsys.readouterr().out.split(" ", 1)[1] == f"api  {wanted}\n"


def test_a_muted_log_prints_nothing(capsys):
    """While demo data are made."""
    log = terminal.Log()
    with log.muted():
        log.line("api", "hidden")
    log.line("api", "shown")
    assert "hidden" not in capsys.readouterr().out


def test_the_banner_says_where_all_is_and_who_can_sign_in(capsys):
    """URLs, and accounts with their passwords."""
    terminal.banner("http://localhost:9", [("ann@example.org", "user", "grey plover")])
    said = capsys.readouterr().out
    for url in ("/console", "/docs", "/_local/mail", "/token"):
        assert f"http://localhost:9{url}" in said
    assert "ann@example.org   user        grey plover\n" in said
