"""Reports: what a day has brought, counted at night, shown as numbers or as a chart."""

import subprocess
import sys
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from handler.core import metrics
from tests.integration.transfers.conftest import days, nights

SVG = {"accept": "image/svg+xml"}


def test_a_day_counts_the_accounts_of_people_who_registered(anonymous, moderator, time, jobs):
    """Those that were opened on it."""
    registration = {"email": "new@example.org", "password": "a cliff full of gannets"}
    assert anonymous.post("/register", registration).status == 202
    nights(time, jobs)
    assert days(moderator)["2026-03-01"]["accounts"] == 1


def test_a_day_counts_what_was_asked_and_done(ann, moderator, time, jobs):
    """Activity comes from the counters that are kept anyhow."""
    for _ in range(3):
        ann.get("/users/me")
    metrics.flush(unfinished=True)
    nights(time, jobs)
    assert days(moderator)["2026-03-01"]["activity"]["requests"] == 3


def test_a_chart_shows_the_days(moderator, time, jobs):
    """SVG that runs no script and loads nothing."""
    nights(time, jobs, 2)
    answer = moderator.get("/reports/daily", headers=SVG)
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(answer.text)  # noqa: S314 - it is ours
    tags = {one.tag.rpartition("}")[2] for one in drawn.iter()}
    assert "script" not in tags
    assert "2026-03-01" in answer.text


def test_a_chart_of_no_days_is_one(moderator):
    """There may be nothing to show yet."""
    assert "<svg" in moderator.get("/reports/daily", headers=SVG).text


@pytest.mark.parametrize(
    "query", ["from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-01-01"]
)
def test_a_span_that_is_none_is_refused(moderator, query):
    """From the first to the last, and at most 400 days."""
    assert moderator.get("/reports/daily", query=query).status == 422


def test_days_are_those_that_were_asked_for(anonymous, time, jobs):
    """Both ends belong to it, also over the turn of a year."""
    time.now = datetime(2026, 12, 28, 12, tzinfo=UTC)
    moderator = anonymous.signed_in("mod", "moderator")
    nights(time, jobs, 7)
    found = days(moderator, "from=2026-12-30&to=2027-01-02")
    assert list(found) == ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]


def printed(code: str) -> str:
    """What code prints in a process of its own."""
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return told.stdout.strip()


def test_nobody_else_loads_the_library_of_charts():
    """It is 200 ms of a start that only a chart needs."""
    code = "import sys, handler.api, handler.worker; print('pygal' in sys.modules)"
    assert printed(code) == "False"


def test_a_chart_leaves_python_s_finder_of_packages_alone():
    """A backport that pygal asks for would take it from everybody in the process."""
    code = (
        "from importlib.machinery import PathFinder; import handler.transfers.charts; "
        "print(hasattr(PathFinder, 'find_distributions'))"
    )
    assert printed(code) == "True"
