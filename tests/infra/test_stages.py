"""A stage is found by name, and only when it may be deployed."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from infra.cloud.app import create_app
from infra.cloud.stages import StageUnknown, StageUnready, find_stage

ROOT = Path(__file__).parents[2]


def test_a_stage_is_found_by_its_name():
    """`-c stage=staging` deploys staging."""
    assert find_stage("staging").prefix == "dunlin-staging-"


def test_a_name_that_no_stage_has_is_refused_with_those_that_exist():
    """A typing error does not deploy something else."""
    with pytest.raises(StageUnknown, match="'prdo', only dev, staging, prod"):
        find_stage("prdo")


def test_production_without_a_contact_is_refused():
    """Users of a stage that keeps data must be able to reach somebody."""
    with pytest.raises(StageUnready, match=r"admin_email in infra/cloud/stages\.py"):
        find_stage("prod")


def test_without_a_stage_dev_is_built(tmp_path):
    """`cdk deploy --all` is safe to try."""
    app = create_app(outdir=str(tmp_path))
    assert app.node.try_find_child("dunlin-dev-backend") is not None


@pytest.mark.slow
def test_the_command_of_cdk_json_synthesizes_the_stage_that_the_context_names(tmp_path):
    """The CDK command line hands `-c stage=staging` on as context."""
    interpreter, *arguments = shlex.split(json.loads((ROOT / "cdk.json").read_text())["app"])
    told = {"CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": '{"stage": "staging"}'}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=os.environ | told, check=True)  # noqa: S603 - our own command
    written = {path.name for path in tmp_path.glob("*.template.json")}
    assert interpreter == ".venv/bin/python"
    assert written == {"dunlin-staging-backend.template.json", "dunlin-staging-data.template.json"}
