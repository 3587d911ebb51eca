"""The drill of docs/deploy.md is carried out."""

import shlex

from tests.infra.operating.items.conftest import items
from tests.infra.operating.test_pages import block


def test_the_drill_of_the_page_works(ann, offered, damage, dunlin):
    """Its commands, typed one after the other, bring back a table that is damaged in between."""

    def type_(step):
        lines = block("drill", step).replace("--stage prod", "--stage local").splitlines()
        for words in map(shlex.split, lines):
            if words[0] == "dunlin":
                done = dunlin(*words[1:])
                assert (done.code, done.err) == (0, "")

    before = items(ann)
    type_("begin")
    damage()
    assert items(ann) != before
    type_("compare")
    type_("apply")
    kept = {id_: name for id_, (name, _) in items(ann).items()}
    assert kept == {id_: name for id_, (name, _) in before.items()}
