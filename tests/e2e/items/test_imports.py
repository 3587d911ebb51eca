"""A real catalogue goes in while workers are killed, and comes out again to the byte.

`--catalogue` names a larger one than the sample; with `-s` the figures are printed.
"""

import contextlib
import csv
import io
from pathlib import Path

import pytest

from tests.e2e.items.conftest import SAMPLE
from tests.e2e.items.importing import Importer, table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def content(request) -> bytes:
    """The catalogue as a CSV."""
    return table(Path(request.config.getoption("--catalogue") or SAMPLE))


@pytest.fixture(scope="module")
def imported(twin, content):
    """An account that has imported it with workers killed on the way, the job and its figures."""
    with contextlib.closing(Importer(twin, "importer@example.org")) as importer:
        job, figures = importer.import_(importer.upload(content), killing=True)
        print(f"\n{job['result']} {figures}")  # noqa: T201 - with -s
        yield importer, job, figures


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_every_row_became_exactly_one_item(imported, content):
    """However often a worker died, no row is lost and none is doubled."""
    importer, _, figures = imported
    expected = sorted(row["name"] + row["description"] for row in rows_of(content))
    assert figures.kills == 3
    assert sorted(item["name"] + item["description"] for item in importer.items()) == expected


def test_the_report_is_right(imported, content):
    """It counts all rows as imported, and names none."""
    importer, job, _ = imported
    number = len(rows_of(content))
    counts = {"rows": number, "imported": number, "refused": 0}
    assert job["result"] | counts == job["result"]
    assert rows_of(importer.content(job["result"]["report"]["file_id"])) == []


def test_an_export_goes_around(twin, imported):
    """It imports into another account, and exports from there to the same bytes."""
    importer, _, _ = imported
    first = importer.export()
    with contextlib.closing(Importer(twin, "second@example.org")) as second:
        job, figures = second.import_(second.upload(first))
        print(f"\n{job['result']} {figures}")  # noqa: T201 - with -s
        assert second.export() == first
