"""The generated documents say what the code says."""

import pytest

from tests import documents


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_is_fresh(name):
    """A document that is stale is written anew by `python -m tests.documents`."""
    assert (documents.DOCS / name).read_text() == documents.DOCUMENTS[name]()


def test_every_code_is_listed():
    """No error that can be answered is missing, also none that a route does not declare."""
    text = documents.errors()
    leaves = [kind for kind in documents.kinds() if not kind.__subclasses__()]
    assert all(f"| `{kind.code()}` | {kind.status:d} |" in text for kind in leaves)


def test_every_variable_is_listed():
    """Every setting has a meaning."""
    text = documents.settings()
    assert all(f"| `{name.upper()}` |" in text for name in documents.Settings.model_fields)
    assert "None" not in text
