"""What invokes functions by itself: queues, and a rule once a minute."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_

from infra.blueprint import Source
from infra.cloud.functions import NEXT_MINUTE, Door
from infra.cloud.queues import queue_arn
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage


def add_source(door: Door, source: Source, stage: Stage) -> None:
    """Hand a queue's messages to a function. No filter: a filter deletes what it drops."""
    mapping = lambda_.EventSourceMapping(
        door,
        source.queue,
        target=door.function,
        event_source_arn=queue_arn(door, source.queue, stage),
        batch_size=source.batch,
        max_concurrency=source.concurrency,
        report_batch_item_failures=True,
    )
    acknowledge(
        mapping,
        "Serverless-LambdaEventSourceMappingDestination",
        reason="The queue keeps what failed. Lambda has such destinations for streams only.",
    )


def add_minutes(door: Door, stage: Stage) -> None:
    """Invoke a function once a minute. What fails or is late is left to the next minute."""
    late = cdk.Duration.minutes(1)
    rule = events.Rule(
        door,
        "Minutes",
        rule_name=f"{stage.prefix}minutes",
        description="Once a minute: jobs that are due, and the calendar.",
        schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
        targets=[targets.LambdaFunction(door.function, retry_attempts=0, max_event_age=late)],
    )
    # The rule only hands the event to Lambda, which would try twice more by itself.
    door.function.configure_async_invoke(retry_attempts=0, max_event_age=late)
    acknowledge(rule, "Serverless-EventBusDLQ", reason=NEXT_MINUTE)
    acknowledge(door.function, "Serverless-LambdaAsyncFailureDestination", reason=NEXT_MINUTE)
