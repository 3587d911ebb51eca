"""Queues and buckets, as synthesized, keep what the threats ask of them (threats.md, L5)."""

import pytest

from infra.blueprint import BLUEPRINT, prefix
from tests.infra.conftest import many, written

QUEUE = "AWS::SQS::Queue"
BUCKET = "AWS::S3::Bucket"
NAMES = [name for queue in BLUEPRINT.queues for name in (queue.name, queue.dead)]

each_queue = pytest.mark.parametrize("queue", BLUEPRINT.queues, ids=lambda queue: queue.name)
each_name = pytest.mark.parametrize("name", NAMES)
each_source = pytest.mark.parametrize("source", BLUEPRINT.sources, ids=lambda source: source.queue)
each_bucket = pytest.mark.parametrize("bucket", BLUEPRINT.buckets, ids=lambda bucket: bucket.name)


def queue_of(stage, name):
    """Give the properties of a queue."""
    return stage.properties("data", QUEUE, "QueueName")[prefix(stage.name) + name]


def name_of(stage, bucket):
    """Give the deployed name of a bucket."""
    return f"{prefix(stage.name)}{bucket.name}-<AccountId>-<Region>"


def bucket_of(stage, bucket):
    """Give the properties of a bucket."""
    return stage.properties("data", BUCKET, "BucketName")[name_of(stage, bucket)]


def source_of(statement):
    """Give the name of the one bucket that a statement lets in, of this account."""
    conditions = statement["Condition"]
    assert written(conditions["StringEquals"]["aws:SourceAccount"]) == "<AccountId>"
    return written(conditions["ArnEquals"]["aws:SourceArn"]).removeprefix("arn:<Partition>:s3:::")


def id_of(stage, kind, properties):
    """Give the logical id of what has these properties."""
    resources = stage.resources("data", kind).items()
    return next(id_ for id_, resource in resources if resource["Properties"] == properties)


def statements_of(stage, kind, id_):
    """Give what a policy that is attached to a queue or bucket says."""
    return [
        statement
        for policy in stage.resources("data", kind).values()
        if {"Ref": id_}
        in many(policy["Properties"].get("Queues", policy["Properties"].get("Bucket")))
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def refusal(action, resource):
    """Give the statement that refuses everybody who does not use TLS."""
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_the_queues_are_those_of_the_blueprint(stage):
    """Each with dead letters of its own, and none besides."""
    names = stage.properties("data", QUEUE, "QueueName")
    assert set(names) == {prefix(stage.name) + name for name in NAMES}


@each_name
def test_a_queue_is_encrypted(stage, name):
    """L5: by SQS, which costs nothing and needs no key of ours."""
    assert queue_of(stage, name)["SqsManagedSseEnabled"] is True


@each_name
def test_a_queue_is_reached_over_tls_only_and_lets_nobody_in_by_itself(stage, name):
    """L5: the queue's own policy refuses, and lets in only the buckets that tell it something."""
    id_ = id_of(stage, QUEUE, queue_of(stage, name))
    refused, *allowed = statements_of(stage, "AWS::SQS::QueuePolicy", id_)
    assert refused == refusal("sqs:*", {"Fn::GetAtt": [id_, "Arn"]})
    assert [(one["Action"], one["Principal"], source_of(one)) for one in allowed] == [
        ("sqs:SendMessage", {"Service": "s3.amazonaws.com"}, name_of(stage, bucket))
        for bucket in BLUEPRINT.buckets
        if bucket.notifies == name
    ]


@each_queue
def test_a_message_is_handed_out_twenty_times_and_then_is_a_dead_letter(stage, queue):
    """L5: throttled receives count as well, and a job counts its attempts by itself."""
    dead = id_of(stage, QUEUE, queue_of(stage, queue.dead))
    assert queue_of(stage, queue.name)["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]},
        "maxReceiveCount": 20,
    }


@each_queue
def test_dead_letters_are_taken_from_their_own_queue_only(stage, queue):
    """No other queue of the account can name them as its own."""
    allowed = queue_of(stage, queue.dead)["RedriveAllowPolicy"]
    (source,) = allowed["sourceQueueArns"]
    assert (allowed["redrivePermission"], written(source)) == (
        "byQueue",
        f"arn:<Partition>:sqs:{stage.region}:<AccountId>:{prefix(stage.name)}{queue.name}",
    )


@each_queue
def test_dead_letters_are_kept_for_fourteen_days(stage, queue):
    """L5: the longest that SQS can, since somebody may have to look."""
    days = 24 * 60 * 60
    assert queue_of(stage, queue.dead)["MessageRetentionPeriod"] == 14 * days


@each_queue
def test_a_message_stays_hidden_as_long_as_the_blueprint_says(stage, queue):
    """The laptop waits as long as the cloud."""
    assert queue_of(stage, queue.name)["VisibilityTimeout"] == queue.visibility


@each_source
def test_a_message_is_not_handed_out_again_while_its_function_may_run(stage, source):
    """L5: with half a minute to spare, for dead letters as well."""
    hidden = queue_of(stage, source.queue)["VisibilityTimeout"]
    assert hidden >= stage.function(source.function)["Timeout"] + 30


def test_the_buckets_are_those_of_the_blueprint(stage):
    """Named after account and region too, since the whole world shares these names."""
    assert set(stage.properties("data", BUCKET, "BucketName")) == {
        name_of(stage, bucket) for bucket in BLUEPRINT.buckets
    }


@each_bucket
def test_a_bucket_is_private(stage, bucket):
    """Neither a policy nor an object's own list of rights can open it."""
    assert bucket_of(stage, bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }


@each_bucket
def test_a_bucket_is_encrypted(stage, bucket):
    """By S3, with its own keys."""
    (rule,) = bucket_of(stage, bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


@each_bucket
def test_a_bucket_is_reached_over_tls_only_and_lets_nobody_in_by_itself(stage, bucket):
    """The bucket's own policy refuses, and allows nothing."""
    id_ = id_of(stage, BUCKET, bucket_of(stage, bucket))
    arn = {"Fn::GetAtt": [id_, "Arn"]}
    assert statements_of(stage, "AWS::S3::BucketPolicy", id_) == [
        refusal("s3:*", [arn, {"Fn::Join": ["", [arn, "/*"]]}])
    ]


@each_bucket
def test_objects_expire_when_the_blueprint_says(stage, bucket):
    """Parts of an upload that nobody finished are gone a day later."""
    expiring = {"ExpirationInDays": bucket.expire_days} if bucket.expire_days else {}
    assert bucket_of(stage, bucket)["LifecycleConfiguration"]["Rules"] == [
        {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
        | expiring,
        *(
            {"Status": "Enabled", "Prefix": folder, "ExpirationInDays": days}
            for folder, days in bucket.folders
        ),
    ]


@each_bucket
def test_what_is_deleted_is_gone(stage, bucket):
    """No older versions are kept, nor paid for."""
    assert "VersioningConfiguration" not in bucket_of(stage, bucket)


@each_bucket
def test_pages_of_the_stage_may_send_forms_and_read_files_and_nothing_else(stage, bucket):
    """F1: those that may call the API, and they may read the tag of what they sent."""
    origins = list(stage.stage.page_origins)
    rule = {
        "AllowedMethods": list(bucket.page_methods),
        "AllowedOrigins": origins,
        "ExposedHeaders": ["ETag"],
        "MaxAge": 3600,
    }
    found = bucket_of(stage, bucket).get("CorsConfiguration")
    assert found == ({"CorsRules": [rule]} if bucket.page_methods and origins else None)


@each_bucket
def test_a_bucket_tells_the_queue_that_the_blueprint_names(stage, bucket):
    """Of every new object, however it came."""
    told = bucket_of(stage, bucket).get("NotificationConfiguration", {})
    queues = {written(one["Queue"]): one["Event"] for one in told.get("QueueConfigurations", [])}
    id_ = id_of(stage, QUEUE, queue_of(stage, bucket.notifies)) if bucket.notifies else None
    assert queues == ({f"<{id_}.Arn>": "s3:ObjectCreated:*"} if id_ else {})
