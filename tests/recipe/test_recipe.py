"""The recipes do what the README says, and no more; and they say so when they cannot."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.recipe import adding, copies, readme, removing
from tests.recipe.copies import CommandFailed, Copy
from tests.recipe.edits import Cut, Edit, Strange

ADD, REMOVE = "Add a feature", "Remove a feature"


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


def test_removing_touches_what_the_readme_names():
    """Each file and folder, and no other. `tests/bench/` is named because it is not touched."""
    touched = {*removing.PLACES, *(edit.file for edit in removing.EDITS), *removing.WRITTEN}
    named = readme.places(REMOVE) - {"tests/", "tests/bench/"}
    assert touched == named | {"README.md"}


def test_removing_types_what_the_readme_says():
    """In its order."""
    typed = [" ".join(command) for command in removing.COMMANDS]
    assert typed == readme.commands(REMOVE)


def test_a_room_has_the_files_that_the_readme_names():
    """All of them, as the example is to show them."""
    named = set(re.findall(r"`(\w+\.py)`", readme.section(ADD)))
    (room,) = (place for name, place in adding.FOLDERS.items() if name.startswith("handler/"))
    assert {path.name for path in room.glob("*.py")} == named


def test_every_change_can_be_made():
    """The files are as the recipe knows them; what takes a minute in the recipe is seen here."""
    for edits in (adding.EDITS, removing.EDITS):
        changed = {edit.file: (copies.ROOT / edit.file).read_text() for edit in edits}
        for edit in edits:
            changed[edit.file] = edit.made_in(changed[edit.file])


def test_tests_that_are_asked_are_there():
    """A name that is gone would only be found a minute later."""
    asked = {f"{test}/" for test in (*adding.TESTS, *removing.TESTS)} - adding.FOLDERS.keys()
    assert [name for name in asked if not (copies.ROOT / name.rstrip("/")).exists()] == []


def test_no_test_that_stays_is_in_a_folder_that_goes():
    """What is asked after the removal is there then."""
    assert [name for name in removing.TESTS if removing.FEATURE in Path(name).parts] == []


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


def test_what_is_cut_was_there():
    """A pattern that finds nothing is a recipe that is stale."""
    with pytest.raises(Strange, match=r"x\.py has nothing like: \^b"):
        Cut("x.py", r"^b$").made_in("a\nbc\n")


def test_all_that_a_pattern_finds_is_cut():
    """On whichever lines."""
    assert Cut("x.py", r"^b.*\n").made_in("a\nb1\nc\nb2\n") == "a\nc\n"


def test_what_still_leans_on_the_feature_is_found(tmp_path):
    """By its modules, its fixture and its tables; what measures it is left."""
    for name in ("handler/a.py", "tests/b.py", "tests/bench/c.py", "tests/d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("" if name.endswith("d.py") else "def f(new_item): ...\n")
    assert removing.traces(Copy(tmp_path)) == ["handler/a.py", "tests/b.py"]


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
