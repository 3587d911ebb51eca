"""A bucket that notifies a queue may do so, and nobody else may."""

import aws_cdk as cdk
import pytest

from infra.blueprint import Bucket, Queue
from infra.cloud.buckets import add_bucket
from infra.cloud.queues import add_queue
from infra.cloud.stages import DEV
from tests.infra.conftest import written


@pytest.fixture(scope="module")
def resources(tmp_path_factory):
    """Give the resources of a bucket that keeps all it is given and notifies a queue."""
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("notifications")))
    stack = cdk.Stack(app, "notifications")
    inbox = add_queue(stack, Queue("inbox", visibility=60), DEV)
    add_bucket(stack, Bucket("uploads", notifies="inbox"), DEV, {"inbox": inbox})
    return app.synth().get_stack_by_name("notifications").template["Resources"]


def id_of(resources, kind, start):
    """Give the logical id of the one resource of a kind whose id starts like this."""
    (found,) = (
        id_
        for id_, resource in resources.items()
        if resource["Type"] == kind and id_.startswith(start) and "dead" not in id_
    )
    return found


def read(statement):
    """Write out what a statement refers to."""
    conditions = {
        operator: {key: written(value) for key, value in values.items()}
        for operator, values in statement["Condition"].items()
    }
    return statement | {"Resource": written(statement["Resource"]), "Condition": conditions}


def test_a_queue_is_told_of_every_new_object(resources):
    """However it came: by a form, in one piece, in parts or as a copy."""
    bucket = resources[id_of(resources, "AWS::S3::Bucket", "uploads")]["Properties"]
    queue = id_of(resources, "AWS::SQS::Queue", "inbox")
    assert bucket["NotificationConfiguration"] == {
        "QueueConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": [queue, "Arn"]}}
        ]
    }


def test_only_that_bucket_of_that_account_may_send(resources):
    """Another's bucket of the same name, or another bucket of ours, is refused."""
    policy = resources[id_of(resources, "AWS::SQS::QueuePolicy", "inbox")]["Properties"]
    queue = id_of(resources, "AWS::SQS::Queue", "inbox")
    (allowed,) = (
        statement
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    )
    assert read(allowed) == {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"<{queue}.Arn>",
        "Condition": {
            "ArnEquals": {
                "aws:SourceArn": "arn:<Partition>:s3:::dunlin-dev-uploads-<AccountId>-<Region>"
            },
            "StringEquals": {"aws:SourceAccount": "<AccountId>"},
        },
    }


def test_the_bucket_is_made_after_the_queue_lets_it_in(resources):
    """S3 tries at once, and refuses a queue that it may not send to."""
    bucket = resources[id_of(resources, "AWS::S3::Bucket", "uploads")]
    assert id_of(resources, "AWS::SQS::QueuePolicy", "inbox") in bucket["DependsOn"]


def test_no_function_is_deployed_for_it(resources):
    """CDK's own way would deploy one, with rights over every bucket."""
    kinds = {resource["Type"].split("::")[1] for resource in resources.values()}
    assert kinds == {"SQS", "S3"}


def test_objects_do_not_expire_unless_the_blueprint_says_so(resources):
    """Only parts of unfinished uploads are taken away."""
    bucket = resources[id_of(resources, "AWS::S3::Bucket", "uploads")]["Properties"]
    assert bucket["LifecycleConfiguration"]["Rules"] == [
        {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
    ]


def test_a_stage_without_allowed_origins_has_no_pages_to_let_in(resources):
    """CORS stays off where the bucket is not for uploads."""
    bucket = resources[id_of(resources, "AWS::S3::Bucket", "uploads")]["Properties"]
    assert "CorsConfiguration" not in bucket
