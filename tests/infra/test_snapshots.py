"""A change of what is deployed shows in review: the templates are kept beside the tests."""

import pytest

from tests.infra.snapshot import FOLDER, STAGES, snapshots

STALE = "The templates have changed. See what `python -m tests.infra.snapshot` makes of them."


@pytest.mark.parametrize("name", STAGES)
def test_the_templates_are_those_that_were_reviewed(request, name):
    """Stack by stack."""
    for file, text in snapshots(request.getfixturevalue(name)).items():
        assert (FOLDER / file).read_text() == text, STALE


def test_no_snapshot_is_left_of_what_is_no_longer_deployed(request):
    """A file that no stack has would be reviewed for nothing."""
    made = {file for name in STAGES for file in snapshots(request.getfixturevalue(name))}
    assert {path.name for path in FOLDER.iterdir()} == made
