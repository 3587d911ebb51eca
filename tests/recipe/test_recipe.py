"""The recipes do what the README says, and no more; and they say so when they cannot."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.recipe import adding, copies, readme
from tests.recipe.copies import CommandFailed, Copy
from tests.recipe.edits import Edit, Strange

ADD = "Add a feature"


@pytest.fixture
def copy(tmp_path):
    """A copy of two files and of the packages that are imported."""
    for name in ("handler", "infra", "tests"):
        (tmp_path / name).symlink_to(copies.ROOT / name)
    return Copy(tmp_path)


def test_adding_touches_what_the_readme_names():
    """Each file and folder, and no other. `tests/conftest.py` is named for what it offers."""
    touched = {*adding.FOLDERS, *(edit.file for edit in adding.EDITS), *adding.WRITTEN}
    assert touched == readme.places(ADD) - {"tests/conftest.py"}


def test_adding_types_what_the_readme_says():
    """In its order."""
    typed = [" ".join(command) for command in adding.COMMANDS]
    assert typed == readme.commands(ADD)


def test_a_room_has_the_files_that_the_readme_names():
    """All of them, as the example is to show them."""
    named = set(re.findall(r"`(\w+\.py)`", readme.section(ADD)))
    (room,) = (place for name, place in adding.FOLDERS.items() if name.startswith("handler/"))
    assert {path.name for path in room.glob("*.py")} == named


def test_every_change_can_be_made():
    """The files are as the recipe knows them; what takes a minute in the recipe is seen here."""
    for edit in adding.EDITS:
        assert edit.made_in((copies.ROOT / edit.file).read_text()).count(edit.after) == 1


def test_tests_that_are_asked_are_there():
    """A name that is gone would only be found a minute later."""
    added = tuple(adding.FOLDERS)
    there = [(copies.ROOT / test).exists() or f"{test}/" in added for test in adding.TESTS]
    assert all(there)


def test_the_tools_are_those_of_make_check():
    """Whatever stays green there is green in a project of one's own."""
    made = ["make", "--dry-run", "--silent", "check"]
    shown = subprocess.run(made, cwd=copies.ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    (tools,) = re.findall(r"for tool in (.+?);", shown.stdout)
    named = [first or second for first, second in re.findall(r'"([^"]+)"|(\S+)', tools)]
    assert [" ".join(command) for command in copies.CHECKS] == named


@pytest.mark.parametrize("text", ["nothing of it", "a line\na line\n"])
def test_a_change_is_made_in_one_place(text):
    """Anywhere else it would be a guess."""
    with pytest.raises(Strange, match=r"x\.py has not once"):
        Edit("x.py", "a line\n", "another\n").made_in(text)


def test_a_command_that_fails_says_what_it_said(copy):
    """With how it was typed."""
    with pytest.raises(CommandFailed, match=r"\$ python -c [\s\S]*ZeroDivisionError"):
        copy.run("python", "-c", "1 / 0")


def test_what_is_imported_is_the_copy_s_own(copy, tmp_path):
    """The checkout's packages are refused: to look at them would prove nothing."""
    with pytest.raises(Strange, match="which is not in"):
        copy.prove_own()


def test_a_copy_has_what_git_has_and_nothing_that_it_ignores(tmp_path):
    """Also what is not committed yet."""
    made = Copy.made(tmp_path)
    assert (made.folder / "handler" / "api.py").read_bytes() == _bytes("handler/api.py")
    assert (made.folder / "tests" / "recipe" / "test_recipe.py").exists()
    assert not (made.folder / ".dunlin").exists()


def _bytes(name):
    return Path(copies.ROOT, name).read_bytes()
