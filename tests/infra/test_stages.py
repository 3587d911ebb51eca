"""A stage is found by name, and only when it may be deployed."""

import pytest

from infra.cloud.stages import StageUnknown, StageUnready, find_stage


def test_a_stage_is_found_by_its_name():
    """`-c stage=staging` deploys staging."""
    assert find_stage("staging").prefix == "dunlin-staging-"


def test_a_name_that_no_stage_has_is_refused_with_those_that_exist():
    """A typing error does not deploy something else."""
    with pytest.raises(StageUnknown, match="'prdo', only dev, staging, prod"):
        find_stage("prdo")


def test_production_without_a_contact_is_refused():
    """Users of a stage that keeps data must be able to reach somebody."""
    with pytest.raises(StageUnready, match=r"admin_email and link_base in infra/cloud/stages\.py"):
        find_stage("prod")
