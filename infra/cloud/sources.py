"""What invokes functions by itself: queues, and a rule once a minute."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_

from infra.blueprint import Source, Stream
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


def add_stream(door: Door, stream: Stream, stage: Stage, arn: str) -> None:
    """Hand a table's changes to a function, those of a shard one batch after the other."""
    lambda_.CfnEventSourceMapping(
        door,
        stream.table,
        function_name=door.function.function_name,
        event_source_arn=arn,
        starting_position="TRIM_HORIZON",
        batch_size=stream.batch,
        bisect_batch_on_function_error=True,
        destination_config=_told(queue_arn(door, stream.dead, stage)),
        function_response_types=["ReportBatchItemFailures"],
        maximum_record_age_in_seconds=stream.max_age,
        maximum_retry_attempts=stream.retries,
        parallelization_factor=1,
    )


def _told(queue: str) -> lambda_.CfnEventSourceMapping.DestinationConfigProperty:
    """Say where what is given up is told. The rights to it stand in the function's role."""
    kind = lambda_.CfnEventSourceMapping
    return kind.DestinationConfigProperty(on_failure=kind.OnFailureProperty(destination=queue))


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
