"""`cdk deploy --all` starts here, through `cdk.json`.

`-c stage=staging` names another stage, and `-c at-once=true` has a new version take over without a
canary.
`make synth` does the same without the CDK command line. Neither asks AWS anything while
synthesizing: account and region are those of whoever deploys.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra import bundle
from infra.cloud.data import Data
from infra.cloud.edge import Edge
from infra.cloud.stack import Backend
from infra.cloud.stages import Stage, StageUnknown, StageUnready, checked, find_stage


def create_app(
    *,
    stage: Stage | None = None,
    outdir: str | None = None,
    bundles: Mapping[str, Path] | None = None,
) -> cdk.App:
    """Build the stacks of one stage: the given one, or that of context `stage`, else `dev`.

    `bundles` holds what is shipped, by the function's entry point; without it that is built, if its
    sources changed.

    Synthesizing it raises when a rule of cdk-nag or of CloudFormation is broken and the resource
    does not say why.
    """
    app = cdk.App(
        outdir=outdir,
        analytics_reporting=False,
        post_cli_context={"@aws-cdk/core:validateAgainstDefaultRules": True},
    )
    stage = _as_asked(app, checked(stage) if stage else _named(app))
    data = Data(app, stage=stage)
    bundles = bundle.ensure() if bundles is None else bundles
    backend = Backend(app, stage=stage, bundles=bundles)
    backend.add_stack_dependency(data)
    if stage.edge:
        Edge(app, stage=stage).add_stack_dependency(backend)
    for tag, value in stage.tags.items():
        cdk.Tags.of(app).add(tag, value)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return app


def _named(app: cdk.App) -> Stage:
    return find_stage(app.node.try_get_context("stage") or "dev")


def _as_asked(app: cdk.App, stage: Stage) -> Stage:
    at_once = app.node.try_get_context("at-once") in {True, "true"}
    return replace(stage, at_once=True) if at_once else stage


if __name__ == "__main__":
    try:
        create_app().synth()
    except (bundle.BundleFailed, StageUnknown, StageUnready) as error:
        sys.exit(f"dunlin: {error}")
