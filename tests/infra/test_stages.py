"""A stage is found by name, and only when it may be deployed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from infra.cloud.stages import DEV, StageUnknown, StageUnready, checked, find_stage

CLOUD = Path(__file__).parents[2] / "infra" / "cloud"


def test_a_stage_is_found_by_its_name():
    """`-c stage=staging` deploys staging."""
    assert find_stage("staging").prefix == "dunlin-staging-"


def test_a_name_that_no_stage_has_is_refused_with_those_that_exist():
    """A typing error does not deploy something else."""
    with pytest.raises(StageUnknown, match="'prdo', only dev, staging, prod"):
        find_stage("prdo")


def test_production_without_people_is_refused():
    """Users of a stage that keeps data must be able to reach somebody, and its alarms too."""
    lacks = r"prod admin_email, link_base and on_call in infra/cloud/stages\.py"
    with pytest.raises(StageUnready, match=lacks):
        find_stage("prod")


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"domain": "api.shop.example"}, "hosted_zone_id and hosted_zone_name"),
        ({"edge": True}, "domain, hosted_zone_id, hosted_zone_name and region"),
        ({"monthly_budget": 5}, "on_call"),
    ],
)
def test_a_stage_that_lacks_something_is_refused_with_all_of_it(given, lacks):
    """An edge has a certificate, which needs a domain, which needs a zone."""
    with pytest.raises(StageUnready, match=f"Give stage dev {lacks} in"):
        checked(replace(DEV, **given))


def test_stages_differ_as_data_only():
    """No module asks which stage it builds, by its name."""
    asks = re.compile(r"""stage\.name\s*(==|!=|in\b)|["'](dev|staging|prod)["']""")
    modules = [path for path in CLOUD.glob("*.py") if path.name != "stages.py"]
    found = {path.name for path in modules if asks.search(path.read_text())}
    assert found == {"app.py"}  # whose default is dev
