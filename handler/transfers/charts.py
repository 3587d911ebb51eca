"""Charts of reports, as SVG. The one module that loads pygal, only when a chart is asked for."""

import importlib.metadata
import sys
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from handler.transfers.models import DayReport

# What pygal asks for instead takes Python's own finder of packages away from everybody.
sys.modules.setdefault("importlib_metadata", importlib.metadata)

import pygal  # noqa: E402 - see above

# It looks for plug-ins at every import, by a protocol that Python warns of. There are none.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != pygal.__name__]


def draw(days: Sequence[DayReport]) -> bytes:
    """A chart of what days have brought. It loads nothing and runs no script."""
    chart = pygal.Bar(js=(), x_label_rotation=45, legend_at_bottom=True)
    chart.title = "Per day"
    chart.x_labels = [day.day for day in days]
    for name in sorted({name for day in days for name in day.features}):
        chart.add(name.capitalize(), [_created(day, name) for day in days])
    chart.add("Accounts", [day.accounts for day in days])
    chart.add("Requests", [day.activity["requests"] for day in days], secondary=bool(days))
    chart.add_xml_filter(_without_scripts)
    drawn: bytes = chart.render()
    return drawn


def _created(day: DayReport, feature: str) -> int:
    """How much of a feature's was created on a day: nothing before it was there."""
    counts = day.features[feature]["counts"] if feature in day.features else {}
    return int(counts.get("created", 0))


def _without_scripts(root: Element) -> Element:
    """Take away what pygal writes into every chart for a script, which is not there."""
    for parent in root.iter():
        for child in [one for one in parent if one.tag == "script"]:
            parent.remove(child)
    return root
