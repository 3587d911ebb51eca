"""What a door needs is read from the source."""

import pytest

from infra.blueprint import BLUEPRINT
from infra.bundle import imports as reading
from infra.bundle.failures import BundleFailed
from infra.bundle.imports import imports, services, sources

BOTOCORE = {"execute-api": "apigatewaymanagementapi", "ses": "sesv2"}
"""What botocore calls a service that IAM calls otherwise."""


def test_a_package_comes_with_its_front_door():
    """Python loads `handler.jobs` before anything in it."""
    assert {"handler", "handler.jobs"} <= imports("handler.letters").modules


def test_imports_within_functions_count():
    """jinja2 is loaded with the first mail."""
    assert "jinja2" in imports("handler.worker").external


def test_python_itself_is_not_shipped():
    """Lambda has it."""
    assert not imports("handler.api").external & {"json", "os", "asyncio"}


@pytest.mark.parametrize("door", ["worker", "clock", "letters", "operators"])
def test_only_the_api_speaks_http(door):
    """The others start without its packages."""
    assert not imports(f"handler.{door}").external & {"fastapi", "starlette", "mangum"}


def test_only_jobs_open_images():
    """Pillow is loaded by the job that makes thumbnails, and is in no zip that answers HTTP."""
    assert "PIL" in imports("handler.worker").external
    assert "PIL" not in imports("handler.api").external


def test_data_come_with_the_package_that_they_lie_in():
    """Templates with mail, blocked passwords with accounts."""
    found = sources(imports("handler.worker").modules)
    assert {"handler/mail/templates/verify.html", "handler/accounts/blocked.txt.gz"} <= set(found)


def test_data_of_other_rooms_stay_behind():
    """Letters sends no mail."""
    assert all(place.endswith(".py") for place in sources(imports("handler.letters").modules))


def test_hidden_files_and_caches_are_no_data(tmp_path):
    """A developer's `.env` is not shipped."""
    for name in (".env", "data.txt", "module.py", "old.pyc"):
        (tmp_path / name).touch()
    for folder, file in (("__pycache__", "x.txt"), (".git", "x"), ("room", "__init__.py")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).touch()
    assert [file.name for file in reading._data(tmp_path)] == ["data.txt"]


@pytest.mark.parametrize("function", BLUEPRINT.functions, ids=lambda function: function.name)
def test_every_service_that_a_function_may_call_is_described_in_its_zip(function):
    """Its grants say which."""
    granted = {action.partition(":")[0] for grant in function.grants for action in grant.actions}
    called = services(imports(function.handler.rpartition(".")[0]).modules)
    assert {BOTOCORE.get(name, name) for name in granted} <= called


def test_a_service_that_varies_is_refused(monkeypatch, tmp_path):
    """Nobody could tell what to ship."""
    monkeypatch.setattr(reading, "ROOT", tmp_path)
    (tmp_path / "module.py").write_text("aws.call(name, 'PutItem', {})\n")
    with pytest.raises(BundleFailed, match=r"module.py:1: name the AWS service"):
        services(frozenset({"module"}))
