"""The CDK app builds one stage, and nothing that breaks a rule."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import aws_lambda as lambda_

from infra.cloud.app import create_app
from tests.infra.conftest import small_bundles

ROOT = Path(__file__).parents[2]
SAID = {"stage": "staging", "at-once": "true"}
LACKS = "admin_email, link_base and on_call"


def test_without_a_stage_dev_is_built(tmp_path):
    """`cdk deploy --all` is safe to try."""
    app = create_app(outdir=str(tmp_path), bundles=small_bundles(tmp_path))
    assert app.node.try_find_child("dunlin-dev-backend") is not None


@pytest.mark.slow
def test_the_command_of_cdk_json_synthesizes_what_the_context_says(tmp_path):
    """The CDK command line hands `-c stage=staging -c at-once=true` on as context."""
    interpreter, *arguments = shlex.split(json.loads((ROOT / "cdk.json").read_text())["app"])
    told = {"CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": json.dumps(SAID)}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=os.environ | told, check=True)  # noqa: S603 - our own command
    written = {path.name: path.read_text() for path in tmp_path.glob("dunlin-*.template.json")}
    assert interpreter == ".venv/bin/python"
    assert sorted(written) == [f"dunlin-staging-{one}.template.json" for one in ("backend", "data")]
    assert "CodeDeployDefault.LambdaAllAtOnce" in written["dunlin-staging-backend.template.json"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("prdo", "dunlin: There is no stage 'prdo', only dev, staging, prod.\n"),
        ("prod", f"dunlin: Give stage prod {LACKS} in infra/cloud/stages.py first.\n"),
    ],
)
def test_a_stage_that_cannot_be_built_is_refused_in_a_sentence(tmp_path, name, said):
    """`cdk deploy` shows it, without a trace of the code."""
    told = {"CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": json.dumps({"stage": name})}
    command = [sys.executable, "-m", "infra.cloud.app"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=os.environ | told, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.slow
def test_a_broken_rule_stops_the_synthesis(tmp_path):
    """L1: both packs of cdk-nag look at every resource, and an error of theirs is one of ours."""
    app = create_app(outdir=str(tmp_path), bundles=small_bundles(tmp_path))
    lambda_.Function(
        app.node.find_child("dunlin-dev-backend"),
        "careless",
        code=lambda_.Code.from_inline("def handle(*_): ..."),
        handler="index.handle",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    reports = json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"]
    failed = {each["pluginName"] for each in reports if each["conclusion"] == "failure"}
    assert failed == {"AwsSolutions", "Serverless"}


REFUSING = """
const fs = require("fs");
const net = require("net");
fs.appendFileSync(process.env.ASKED, "loaded ");
net.Socket.prototype.connect = () => {
  fs.appendFileSync(process.env.ASKED, "asked ");
  throw new Error("there is no network");
};
"""
ALONE = """
import pathlib, socket, sys

def refuse(*_):
    raise OSError("there is no network")

socket.socket.connect = socket.getaddrinfo = refuse
from tests.infra.conftest import synthesize, variants

synthesize(variants()["full"], pathlib.Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_synthesis_needs_no_network_and_no_credentials(tmp_path):
    """Neither Python nor Node connects to anything, and nobody is signed in to AWS."""
    asked, refusing = tmp_path / "asked", tmp_path / "refuse.cjs"
    refusing.write_text(REFUSING)
    told = {"ASKED": str(asked), "NODE_OPTIONS": f"--require {refusing}"}
    told |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-c", ALONE, str(tmp_path / "full")]
    subprocess.run(command, cwd=ROOT, env=kept | told, check=True)  # noqa: S603 - our own command
    assert (tmp_path / "full" / "manifest.json").exists()
    assert set(asked.read_text().split()) == {"loaded"}
