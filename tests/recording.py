"""Notes which grants the functions use in tests; a whole run fails over one that nothing uses.

Each process of a run notes its own uses, and the one that started the others judges at the end:
only when all tests ran and passed, since a part of the suite uses a part of the grants.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import pytest

from infra.blueprint import BLUEPRINT, Function, prefix
from infra.local.grants import Need


class Right(NamedTuple):
    """What one function may do: an action on a resource of the blueprint, or on its index."""

    function: str
    action: str
    resource: str
    index: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


UNUSED: dict[Right, str] = {}
"""Grants that no test uses, each with the reason why its function must have it all the same."""

_used: set[Right] = set()
_KEY = "rights_used"
_WRONG = pytest.StashKey[list[str]]()
_PARTS = (
    *("keyword", "markexpr", "deselect", "ignore", "ignore_glob"),
    *("lf", "stepwise", "collectonly", "setuponly", "setupplan"),
    *("showfixtures", "show_fixtures_per_test", "cacheshow"),
)
"""Options of pytest that leave tests out, or all of them."""
_ADVICE = (
    "Take what nothing needs out of infra/blueprint/functions.py, test what needs the others, "
    "or give the reason in UNUSED of tests/recording.py."
)


def note(function: str, need: Need) -> None:
    """Remember that a function needed this."""
    name = need.resource.removeprefix(prefix("local"))
    _used.add(Right(function, need.action, name, need.index))


def granted(functions: Iterable[Function]) -> set[Right]:
    """All that functions may do, one by one."""
    return {
        Right(function.name, action, grant.resource, index)
        for function in functions
        for grant in function.grants
        for action in grant.actions
        for index in grant.indexes or ("",)
    }


def judge(
    may: AbstractSet[Right], used: AbstractSet[Right], reasons: Mapping[Right, str]
) -> list[str]:
    """What is wrong with grants and reasons, given what was used: a line each, in order."""
    wrong = dict.fromkeys(may - used - reasons.keys(), "is granted, and no test uses it")
    wrong |= dict.fromkeys(reasons.keys() - may, "has a reason, and is not granted")
    wrong |= dict.fromkeys(reasons.keys() & may & used, "has a reason, and a test uses it")
    return [f"{right} {wrong[right]}" for right in sorted(wrong)]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what another process used; one that crashed hands over nothing, and fails its run."""
    _used.update(Right(*right) for right in getattr(node, "workeroutput", {}).get(_KEY, ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hand over what was used to the process that started this one, or judge it."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[_KEY] = [tuple(right) for right in _used]
    elif exitstatus == pytest.ExitCode.OK and _is_whole(config):
        wrong = judge(granted(BLUEPRINT.functions), _used, UNUSED)
        config.stash[_WRONG] = wrong
        session.exitstatus = pytest.ExitCode.TESTS_FAILED if wrong else exitstatus


def _is_whole(config: pytest.Config) -> bool:
    by_place = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    return not by_place and not any(config.getoption(part, default=None) for part in _PARTS)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what is wrong, and what to do about it."""
    if wrong := config.stash.get(_WRONG, []):
        terminalreporter.section("grants", red=True)
        for line in (*wrong, _ADVICE):
            terminalreporter.line(line)
