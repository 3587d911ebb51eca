"""`dunlin deploy`: one synthesis, shown and then deployed, and asked whether it works."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from infra.operating import cdk

CDK = """#!{python}
import json, sys
from pathlib import Path

words = sys.argv[1:]
with Path("asked").open("a") as asked:
    print(json.dumps(words), file=asked)
if words[0] in {fails}:
    sys.exit(3)
if words[0] == "synth":
    Path(words[words.index("--output") + 1]).mkdir(exist_ok=True)
if words[0] == "deploy":
    Path(words[words.index("--outputs-file") + 1]).write_text({outputs!r})
"""
SYNTH = ["synth", "--quiet", "--context", "stage=dev", "--output", "cdk.out"]
DIFF = ["diff", "--app", "cdk.out"]
DEPLOY = ["deploy", "--all", "--app", "cdk.out", "--require-approval", "never"]
DEPLOY += ["--outputs-file", "cdk.out/outputs.json"]


@pytest.fixture
def command_line(tmp_path, monkeypatch, deployment):
    """Stands in for CDK's command line: notes what it is asked, and deploys the deployment."""
    outputs = {
        "dunlin-dev-data": {},
        "dunlin-dev-backend": {"Url": deployment.url, "ApiFunction": "dunlin-dev-api"},
    }
    monkeypatch.setattr(cdk, "TOOLS", tmp_path)
    monkeypatch.setattr(cdk, "ROOT", tmp_path)

    def install(*fails):
        script = tmp_path / "cdk"
        text = CDK.format(
            python=sys.executable, fails=set(fails) or "()", outputs=json.dumps(outputs)
        )
        script.write_text(text)
        script.chmod(0o755)

    def asked():
        noted = tmp_path / "asked"
        return list(map(json.loads, noted.read_text().splitlines())) if noted.exists() else []

    install()
    return SimpleNamespace(install=install, asked=asked, script=tmp_path / "cdk")


def test_what_was_shown_is_what_is_deployed(command_line, dunlin):
    """One synthesis serves both; then the outputs, and a line for each check of the deployment."""
    done = dunlin("deploy", "--yes")
    assert command_line.asked() == [SYNTH, DIFF, DEPLOY]
    assert (done.code, done.err) == (0, "")
    assert "ApiFunction: dunlin-dev-api" in done.lines
    assert done.lines[-1] == "8 ok"


def test_a_canary_is_passed_over_when_that_is_said(command_line, dunlin):
    """The synthesis is told; what is shown is again what is deployed."""
    dunlin("deploy", "--yes", "--at-once")
    how = ["--context", "at-once=true"]
    assert command_line.asked() == [[*SYNTH[:4], *how, *SYNTH[4:]], DIFF, DEPLOY]


def test_a_deployment_that_does_not_work_is_a_failure(command_line, dunlin, deployment):
    """It is deployed all the same, and the exit code says so."""
    deployment.answers["/health/ready"] = (503, {"code": "unavailable"}, {})
    done = dunlin("deploy", "--yes")
    assert done.code == 1
    assert done.lines[-1] == "7 ok, 1 failed"


@pytest.mark.parametrize(("step", "asked"), [("synth", 1), ("diff", 2), ("deploy", 3)])
def test_a_step_that_fails_ends_it(command_line, dunlin, step, asked):
    """With its exit code; it has said why itself."""
    command_line.install(step)
    done = dunlin("deploy", "--yes")
    assert (done.code, done.err, len(command_line.asked())) == (3, "", asked)


def test_a_difference_is_only_shown(command_line, dunlin):
    """For `make diff`."""
    assert dunlin("deploy", "--stage", "dev", "--diff").code == 0
    assert command_line.asked() == [SYNTH, DIFF]


@pytest.mark.parametrize(("answer", "steps"), [("y", 3), ("Yes", 3), ("", 2), ("no", 2)])
def test_a_person_is_asked_first(command_line, dunlin, monkeypatch, answer, steps):
    """Nothing but a yes is one."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer + "\n"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    done = dunlin("deploy")
    assert len(command_line.asked()) == steps
    assert done.code == (0 if steps == 3 else 1)


def test_who_cannot_be_asked_has_not_agreed(command_line, dunlin, monkeypatch):
    """A pipeline says `--yes`."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    done = dunlin("deploy")
    assert (done.code, done.err) == (1, "dunlin: nobody is there to be asked: --yes\n")
    assert command_line.asked() == [SYNTH, DIFF]


def test_a_command_line_that_is_missing_is_said(command_line, dunlin):
    """With what brings it."""
    command_line.script.unlink()
    done = dunlin("deploy", "--yes")
    said = "dunlin: cdk does not start (No such file or directory): `make install`\n"
    assert (done.code, done.err) == (2, said)


def test_cdk_finds_the_node_that_came_with_it(command_line, monkeypatch):
    """Before any other."""
    monkeypatch.setenv("PATH", "/bin")
    assert cdk.surroundings()["PATH"] == f"{command_line.script.parent}:/bin"
