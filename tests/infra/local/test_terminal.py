"""What the twin prints."""

import sys

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


@pytest.mark.parametrize(
    ("typed", "command"), [(".venv/bin/dunlin", ".venv/bin/dunlin"), ("cli.py", "dunlin")]
)
def test_the_banner_names_commands_that_work(capsys, monkeypatch, typed, command):
    """The program as it was typed, and the URL that it is about."""
    monkeypatch.setattr(sys, "argv", [typed])
    terminal.banner("http://localhost:9")
    assert f"{command} token --url http://localhost:9 ann" in capsys.readouterr().out
