"""What acts: functions and what invokes them. It holds no data and may be made anew."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from infra.blueprint import BLUEPRINT, OPERATORS
from infra.cloud.budget import add_budget
from infra.cloud.code import bundled
from infra.cloud.dashboard import Dashboard
from infra.cloud.functions import Door
from infra.cloud.http_api import HttpApi
from infra.cloud.publishing import publish, shift
from infra.cloud.rights import Surroundings
from infra.cloud.sockets import SocketsApi
from infra.cloud.sources import add_minutes, add_source, add_stream
from infra.cloud.stages import Stage
from infra.cloud.streams import noted_stream
from infra.cloud.watch import Watch


class Backend(cdk.Stack):
    """Every function of the blueprint, what invokes it, the HTTP API, and who watches them."""

    def __init__(self, scope: Construct, *, stage: Stage, bundles: Mapping[str, Path]) -> None:
        super().__init__(
            scope,
            f"{stage.prefix}backend",
            description=f"What {stage.app_name} ({stage.name}) does.",
            env=stage.place,
        )
        sockets = SocketsApi(self, stage=stage)
        doors = _add_doors(self, stage, bundles, sockets)
        answering = doors[BLUEPRINT.sockets.function]
        sockets.answer(publish(answering, answering.function, stage) or answering.function)
        add_minutes(doors[BLUEPRINT.clock], stage)
        api = doors[BLUEPRINT.http]
        live = publish(api, api.function, stage)
        http = HttpApi(self, stage=stage, function=live or api.function)
        watch = _watch(self, stage, doors, http)
        if live and stage.canary:
            shift(api, live, stage, watch.stop_canaries)
        cdk.CfnOutput(self, "Url", value=http.url)
        cdk.CfnOutput(self, "SocketsUrl", value=f"wss://{sockets.address}")
        for name in (BLUEPRINT.http, OPERATORS.name):
            cdk.CfnOutput(self, f"{name.title()}Function", value=stage.prefix + name)


def _add_doors(
    stack: Backend, stage: Stage, bundles: Mapping[str, Path], sockets: SocketsApi
) -> dict[str, Door]:
    """Add every function, and the queues and streams that they are given."""
    followed = (stream.table for stream in BLUEPRINT.streams)
    streams = {table: noted_stream(stack, table, stage) for table in followed}
    around = Surroundings(sockets.address, sockets.connections, streams)
    code = {spec.name: bundled(spec.handler, bundles) for spec in BLUEPRINT.functions}
    doors = {
        spec.name: Door(stack, spec, stage=stage, code=code[spec.name], around=around)
        for spec in BLUEPRINT.functions
    }
    for source in BLUEPRINT.sources:
        add_source(doors[source.function], source, stage)
    for stream in BLUEPRINT.streams:
        add_stream(doors[stream.function], stream, stage, streams[stream.table])
    return doors


def _watch(stack: Backend, stage: Stage, doors: Mapping[str, Door], http: HttpApi) -> Watch:
    log_groups = {name: door.logs for name, door in doors.items()}
    watch = Watch(stack, stage=stage, api=http.id, log_groups=log_groups)
    dashboard = Dashboard(stack, stage=stage, api=http.id, alarms=watch.alarms)
    if stage.monthly_budget:
        add_budget(stack, stage)
    cdk.CfnOutput(stack, "Dashboard", value=dashboard.url)
    cdk.CfnOutput(stack, "Topic", value=watch.topic.topic_arn)
    return watch
