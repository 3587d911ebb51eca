"""What the tests of jobs share: the sample jobs' traces, forgotten between tests."""

from collections.abc import Iterator

import pytest

from handler.jobs.models import JobRow
from tests import sample_jobs


@pytest.fixture(autouse=True)
def traces() -> Iterator[None]:
    """Each test begins without traces of another's jobs."""
    sample_jobs.OUTSIDE.clear()
    sample_jobs.HOOKS.clear()
    yield
    sample_jobs.OUTSIDE.clear()
    sample_jobs.HOOKS.clear()


def row(handle) -> JobRow:
    """The row of a job."""
    found = JobRow.find(handle.id)
    assert found is not None
    return found
