"""What the README and docs/cost.md say is what is computed."""

import pytest

from tests.bill import documents


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_tables_are_fresh(name):
    """A table that is stale is written anew by `python -m tests.bill`."""
    text = (documents.ROOT / name).read_text()
    assert documents.refreshed(text) == text


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("README.md", ["months"]),
        ("docs/cost.md", ["months", "services", "idle", "kinds", "prices"]),
    ],
)
def test_each_has_its_tables(name, tables):
    """In this order, each between its marks."""
    assert documents.marked((documents.ROOT / name).read_text()) == tables


def test_the_readme_has_the_three_months():
    """Nothing, a million and a billion requests."""
    rows = documents.refreshed("<!-- cost: months -->\n<!-- /cost -->").splitlines()[3:-1]
    assert [row.split(" | ")[0] for row in rows] == ["| 0", "| 1 million", "| 1 billion"]


def test_what_is_not_a_table_stays():
    """Only what is between marks is written anew."""
    text = "before\n<!-- cost: months -->\nstale\n<!-- /cost -->\nafter\n"
    fresh = documents.refreshed(text)
    assert fresh.startswith("before\n<!-- cost: months -->\n| requests")
    assert fresh.endswith("|\n<!-- /cost -->\nafter\n")
