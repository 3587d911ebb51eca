"""Queues: each with dead letters of its own. They stand with the data, since buckets tell them."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.blueprint import Queue
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage


def add_queue(scope: Construct, queue: Queue, stage: Stage) -> sqs.Queue:
    """Add a queue and its dead letters, both encrypted and reached over TLS only."""
    return sqs.Queue(
        scope,
        queue.name,
        queue_name=stage.prefix + queue.name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        visibility_timeout=cdk.Duration.seconds(queue.visibility),
        retention_period=cdk.Duration.days(queue.days),
        dead_letter_queue=sqs.DeadLetterQueue(
            queue=_add_dead(scope, queue, stage), max_receive_count=queue.receives
        ),
        removal_policy=stage.removal,
    )


def _add_dead(scope: Construct, queue: Queue, stage: Stage) -> sqs.Queue:
    dead = sqs.Queue(
        scope,
        queue.dead,
        queue_name=stage.prefix + queue.dead,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        visibility_timeout=cdk.Duration.seconds(queue.dead_visibility),
        retention_period=cdk.Duration.days(queue.days),
        redrive_allow_policy=sqs.RedriveAllowPolicy(
            redrive_permission=sqs.RedrivePermission.BY_QUEUE,
            source_queues=[_named(scope, queue, stage)],
        ),
        removal_policy=stage.removal,
    )
    acknowledge(
        dead,
        "Serverless-SQSRedrivePolicy",
        reason="These are the dead letters. One that cannot be read stays until it expires.",
    )
    return dead


def queue_arn(scope: Construct, name: str, stage: Stage) -> str:
    """Write out a queue's ARN, which refers to no resource of this stack or another."""
    return cdk.Stack.of(scope).format_arn(service="sqs", resource=stage.prefix + name)


def _named(scope: Construct, queue: Queue, stage: Stage) -> sqs.IQueue:
    """Speak of a queue before it is there: it and its dead letters name each other."""
    arn = queue_arn(scope, queue.name, stage)
    return sqs.Queue.from_queue_arn(scope, f"{queue.name}-named", arn)
