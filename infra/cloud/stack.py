"""What acts: functions and what invokes them. It holds no data and may be made anew."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from infra.blueprint import BLUEPRINT
from infra.cloud.code import bundled
from infra.cloud.functions import Door
from infra.cloud.http_api import HttpApi
from infra.cloud.sources import add_minutes, add_source
from infra.cloud.stages import Stage


class Backend(cdk.Stack):
    """Every function of the blueprint, the queues they read, the clock, and the HTTP API."""

    def __init__(self, scope: Construct, *, stage: Stage, bundles: Mapping[str, Path]) -> None:
        super().__init__(
            scope,
            f"{stage.prefix}backend",
            description=f"What {stage.app_name} ({stage.name}) does.",
        )
        doors = {
            spec.name: Door(self, spec, stage=stage, code=bundled(spec.handler, bundles))
            for spec in BLUEPRINT.functions
        }
        for source in BLUEPRINT.sources:
            add_source(doors[source.function], source, stage)
        add_minutes(doors[BLUEPRINT.clock], stage)
        http = HttpApi(self, stage=stage, function=doors[BLUEPRINT.http].function)
        cdk.CfnOutput(self, "Url", value=http.url)
