"""The clone that is deployed, and the changes to it, which have to fit the code as it is."""

import pytest

from infra.local.places import REGION
from infra.rehearsal.project import INDEX, QUEUE, CommandFailed, clone

pytestmark = pytest.mark.slow


@pytest.fixture
def cloned(tmp_path):
    """Clone what is committed."""
    return clone(tmp_path / "project", "http://localhost:1", REGION)


def _asked(cloned, expression):
    """Give what an expression about the clone's own code comes to."""
    code = f"from infra.blueprint import BLUEPRINT, prefix; print({expression})"
    return cloned.type(".venv/bin/python", "-c", code).split()


def test_a_release_adds_an_index_and_a_queue(cloned):
    """And takes nothing away."""
    indexes = "*(index.name for table in BLUEPRINT.tables for index in table.indexes)"
    names = f"*(queue.name for queue in BLUEPRINT.queues), {indexes}"
    before = _asked(cloned, names)
    cloned.release()
    assert sorted(_asked(cloned, names)) == sorted([*before, QUEUE, INDEX])


def test_production_may_be_deployed_once_it_is_furnished(cloned):
    """Its stage lacks nothing then."""
    cloned.furnish_prod()
    code = "from infra.cloud.stages import find_stage; print(find_stage('prod').keep_data)"
    assert cloned.type(".venv/bin/python", "-c", code) == "True\n"


def test_a_command_that_fails_tells_what_it_said(cloned):
    """With the command itself."""
    with pytest.raises(CommandFailed, match=r"(?s)python -c .*lost"):
        cloned.type(".venv/bin/python", "-c", "raise SystemExit('lost')")
