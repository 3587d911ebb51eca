"""What invokes functions by itself: queues, and a rule once a minute."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs

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
    dead = sqs.Queue.from_queue_arn(
        door, f"{stream.table}-dead", queue_arn(door, stream.dead, stage)
    )
    lambda_.EventSourceMapping(
        door,
        stream.table,
        target=door.function,
        event_source_arn=arn,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=stream.batch,
        bisect_batch_on_error=True,
        max_record_age=cdk.Duration.seconds(stream.max_age),
        on_failure=event_sources.SqsDlq(dead),
        parallelization_factor=1,
        report_batch_item_failures=True,
        retry_attempts=stream.retries,
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
