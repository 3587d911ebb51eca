"""Buckets: private, encrypted, TLS only. Objects may expire, be told of, and come from pages."""

from collections.abc import Mapping
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.blueprint import Bucket
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage

_HOUR = 3_600  # seconds for which a browser need not ask again


def add_bucket(
    scope: Construct, bucket: Bucket, stage: Stage, queues: Mapping[str, sqs.Queue]
) -> None:
    """Add a bucket; `queues` holds, by its short name, the one that it notifies."""
    resource = s3.Bucket(
        scope,
        _free(scope, bucket.name),
        bucket_name=_deployed(bucket.name, stage),
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        lifecycle_rules=_rules(bucket),
        cors=_cors(bucket, stage),
        removal_policy=stage.removal,
    )
    acknowledge(
        resource,
        "AwsSolutions-S1",
        reason="A log of accesses is one more bucket to keep. Who wants one switches on the data "
        "events of CloudTrail, which name the caller as well.",
    )
    if bucket.notifies:
        _notify(resource, bucket_arn(scope, bucket.name, stage), queues[bucket.notifies])


def _free(scope: Construct, name: str) -> str:
    """Give the name by which the stack knows a bucket: a table may have the same."""
    return name if scope.node.try_find_child(name) is None else f"{name}-bucket"


def _rules(bucket: Bucket) -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(
            expiration=cdk.Duration.days(bucket.expire_days) if bucket.expire_days else None,
            abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
        ),
        *(
            s3.LifecycleRule(prefix=folder, expiration=cdk.Duration.days(days))
            for folder, days in bucket.folders
        ),
    ]


def _cors(bucket: Bucket, stage: Stage) -> list[s3.CorsRule] | None:
    """Let the stage's pages send forms and read files, and read what S3 calls what they sent."""
    if not bucket.page_methods or not stage.page_origins:
        return None
    return [
        s3.CorsRule(
            allowed_methods=[s3.HttpMethods[method] for method in bucket.page_methods],
            allowed_origins=list(stage.page_origins),
            exposed_headers=["ETag"],
            max_age=_HOUR,
        )
    ]


def bucket_arn(scope: Construct, name: str, stage: Stage) -> str:
    """Write out a bucket's ARN, which refers to no resource of this stack or another."""
    return cdk.Stack.of(scope).format_arn(
        service="s3", region="", account="", resource=_deployed(name, stage)
    )


def _deployed(name: str, stage: Stage) -> str:
    return stage.prefix + name + stage.bucket_suffix


def _notify(resource: s3.Bucket, arn: str, queue: sqs.Queue) -> None:
    """Tell a queue of new objects. `add_event_notification` would deploy a function for it."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            principals=[iam.ServicePrincipal("s3.amazonaws.com")],
            conditions={
                "ArnEquals": {"aws:SourceArn": arn},
                "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
            },
        )
    )
    created = s3.CfnBucket.QueueConfigurationProperty(
        event="s3:ObjectCreated:*", queue=queue.queue_arn
    )
    bucket = cast("s3.CfnBucket", resource.node.default_child)
    bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[created]
    )
    bucket.node.add_dependency(queue)  # S3 refuses a queue whose policy does not let it in yet
