"""One dashboard: what to look at first when an alarm has sounded."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.blueprint import BLUEPRINT
from infra.cloud.alarms import EVERY_FUNCTION
from infra.cloud.stages import Stage

_HALF, _WHOLE = 12, 24  # of the width of a dashboard
_TROUBLES = (
    'filter level in ["warning", "error"]',
    "stats count(*) as lines, max(@timestamp) as last by level, metric, error",
    "sort lines desc",
    "limit 30",
)


class Dashboard(Construct):
    """Requests, functions, queues, tables and troubles of a stage, at `url`."""

    def __init__(
        self, scope: Construct, *, stage: Stage, api: str, alarms: Sequence[cloudwatch.Alarm]
    ) -> None:
        super().__init__(scope, "dashboard")
        name = stage.prefix.rstrip("-")
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=_WHOLE)],
                [_requests(api), _latency(api)],
                [_functions(stage), _tables(stage)],
                [_queues(stage), _troubles(stage)],
            ],
        )
        console = f"https://{cdk.Aws.REGION}.console.aws.amazon.com/cloudwatch/home"
        self.url = f"{console}?region={cdk.Aws.REGION}#dashboards/dashboard/{name}"


def _graph(title: str, left: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=left, width=_HALF)


def _of_api(api: str, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        statistic=statistic,
        dimensions_map={"ApiId": api, "Stage": "$default"},
        label=name if statistic == "Sum" else statistic,
    )


def _requests(api: str) -> cloudwatch.GraphWidget:
    return _graph("Requests", [_of_api(api, name, "Sum") for name in ("Count", "4xx", "5xx")])


def _latency(api: str) -> cloudwatch.GraphWidget:
    return _graph(
        "Latency (ms)", [_of_api(api, "Latency", statistic) for statistic in ("p50", "p99")]
    )


def _functions(stage: Stage) -> cloudwatch.GraphWidget:
    return _graph(
        "Functions: errors and throttles",
        [
            cloudwatch.Metric(
                namespace="AWS/Lambda",
                metric_name=metric,
                statistic="Sum",
                dimensions_map={"FunctionName": stage.prefix + name},
                label=f"{name} {metric.lower()}",
            )
            for name in EVERY_FUNCTION
            for metric in ("Errors", "Throttles")
        ],
    )


def _tables(stage: Stage) -> cloudwatch.GraphWidget:
    names = " OR ".join(f'"{stage.prefix}{table.name}"' for table in BLUEPRINT.tables)
    of_ours = (
        f'{{AWS/DynamoDB,TableName,Operation}} MetricName="ThrottledRequests" TableName=({names})'
    )
    throttled = cloudwatch.MathExpression(
        expression=f"SEARCH('{of_ours}', 'Sum')", using_metrics={}, label=""
    )
    return _graph("Tables: throttled requests", [throttled])


def _queues(stage: Stage) -> cloudwatch.GraphWidget:
    return _graph(
        "Queues: age of the oldest message (s)",
        [
            cloudwatch.Metric(
                namespace="AWS/SQS",
                metric_name="ApproximateAgeOfOldestMessage",
                statistic="Maximum",
                dimensions_map={"QueueName": stage.prefix + name},
                label=name,
            )
            for queue in BLUEPRINT.queues
            for name in (queue.name, queue.dead)
        ],
    )


def _troubles(stage: Stage) -> cloudwatch.LogQueryWidget:
    return cloudwatch.LogQueryWidget(
        title="Warnings and errors in the logs",
        log_group_names=[f"/aws/lambda/{stage.prefix}{name}" for name in EVERY_FUNCTION],
        query_lines=list(_TROUBLES),
        width=_HALF,
    )
