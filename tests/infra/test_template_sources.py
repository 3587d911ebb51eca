"""What invokes functions, as synthesized (threats.md, L6 and L9): APIs, queues, streams, a rule."""

import pytest

from infra.blueprint import BLUEPRINT, prefix
from tests.infra.conftest import written

MAPPING = "AWS::Lambda::EventSourceMapping"

FOLLOWING = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
)

each_stream = pytest.mark.parametrize("stream", BLUEPRINT.streams, ids=lambda stream: stream.table)
each_source = pytest.mark.parametrize("source", BLUEPRINT.sources, ids=lambda source: source.queue)


def queue_arn(stage, name):
    """Give a queue's ARN."""
    return f"arn:<Partition>:sqs:{stage.region}:<AccountId>:{prefix(stage.name)}{name}"


def mapping_of(stage, source):
    """Give the properties of what hands a queue's messages to a function."""
    return stage.properties("backend", MAPPING, "EventSourceArn")[queue_arn(stage, source.queue)]


def following_of(stage, stream):
    """Give the properties of what hands a table's changes to a function."""
    arn = f"<{stage.stream(stream.table)}>"
    return stage.properties("backend", MAPPING, "EventSourceArn")[arn]


def rule_of(stage):
    """Give the properties of the rule that there is."""
    (rule,) = stage.properties("backend", "AWS::Events::Rule", "Name").values()
    return rule


def test_only_the_apis_and_the_clock_may_invoke_and_each_one_function(stage):
    """The operators' door has no URL and no event source."""
    permissions = stage.resources("backend", "AWS::Lambda::Permission").values()
    allowed = [
        (stage.name_of(one["Properties"]["FunctionName"]), one["Properties"]["Principal"])
        for one in permissions
    ]
    expected = [
        (BLUEPRINT.http, "apigateway.amazonaws.com"),
        (BLUEPRINT.sockets.function, "apigateway.amazonaws.com"),
        (BLUEPRINT.clock, "events.amazonaws.com"),
    ]
    assert sorted(allowed) == sorted(expected)


def test_only_our_rule_may_invoke_the_clock(stage):
    """Whoever else may make rules in the account does not reach the function by one."""
    permissions = stage.properties("backend", "AWS::Lambda::Permission", "Principal")
    (rule,) = stage.resources("backend", "AWS::Events::Rule")
    assert permissions["events.amazonaws.com"]["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


def test_functions_are_given_what_the_blueprint_says_and_nothing_else(stage):
    """Workers and letters have queues, `changes` has streams, and no other has a source."""
    mappings = stage.properties("backend", MAPPING, "EventSourceArn")
    assert {(arn, stage.name_of(mapping["FunctionName"])) for arn, mapping in mappings.items()} == {
        *((queue_arn(stage, source.queue), source.function) for source in BLUEPRINT.sources),
        *((f"<{stage.stream(one.table)}>", one.function) for one in BLUEPRINT.streams),
    }


@each_stream
def test_a_stream_is_followed_as_the_blueprint_says(stage, stream):
    """One batch at a time, so that the changes of a row keep their order; halves when one fails."""
    following = following_of(stage, stream)
    assert {name: following[name] for name in FOLLOWING} == {
        "BatchSize": stream.batch,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRecordAgeInSeconds": stream.max_age,
        "MaximumRetryAttempts": stream.retries,
        "ParallelizationFactor": 1,
        "StartingPosition": "TRIM_HORIZON",
    }
    assert {"FilterCriteria", "MaximumBatchingWindowInSeconds"}.isdisjoint(following)


@each_stream
def test_what_is_given_up_of_a_stream_is_told_to_the_dead_letters(stage, stream):
    """So somebody hears of it."""
    told = following_of(stage, stream)["DestinationConfig"]["OnFailure"]["Destination"]
    assert written(told) == queue_arn(stage, stream.dead)


@each_stream
def test_the_code_learns_a_stream_s_arn_from_a_note_of_the_data_s(stage, stream):
    """Which is what AWS named it, and no export that would outlive its table."""
    note = f"{prefix(stage.name)}{stream.table}-stream"
    value = stage.properties("data", "AWS::SSM::Parameter", "Name")[note]["Value"]
    table, attribute = value["Fn::GetAtt"]
    made = stage.template("data")["Resources"][table]["Properties"]
    assert (made["TableName"], attribute) == (prefix(stage.name) + stream.table, "StreamArn")


@each_source
def test_a_function_says_which_messages_of_a_batch_failed(stage, source):
    """L9: one that failed does not bring back those that did not."""
    assert mapping_of(stage, source)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@each_source
def test_a_queue_starts_no_more_environments_than_the_blueprint_says(stage, source):
    """L6, L9: a flood of jobs leaves room for requests."""
    scaling = mapping_of(stage, source)["ScalingConfig"]
    assert scaling == {"MaximumConcurrency": source.concurrency}


@each_source
def test_messages_come_in_batches_of_the_blueprint_s_size(stage, source):
    """What takes minutes comes alone."""
    assert mapping_of(stage, source)["BatchSize"] == source.batch


@each_source
def test_no_message_is_filtered(stage, source):
    """A filter deletes what it drops."""
    assert "FilterCriteria" not in mapping_of(stage, source)


def test_a_job_may_enqueue_jobs_as_long_as_it_needs(stage):
    """Lambda would end a chain of messages through its own queue after about 16."""
    functions = {spec.name: stage.function(spec.name) for spec in BLUEPRINT.functions}
    assert {name: f["RecursiveLoop"] for name, f in functions.items() if "RecursiveLoop" in f} == {
        "worker-fast": "Allow",
        "worker-slow": "Allow",
    }


def test_the_clock_is_invoked_once_a_minute_and_nothing_else_is(stage):
    """The one rule has one target, and is on."""
    rule = rule_of(stage)
    (target,) = rule["Targets"]
    assert (rule["ScheduleExpression"], rule["State"], stage.name_of(target["Arn"])) == (
        "rate(1 minute)",
        "ENABLED",
        BLUEPRINT.clock,
    )


def test_a_minute_that_was_missed_is_not_delivered_later(stage):
    """The next one does its work: neither the rule nor Lambda tries again."""
    (target,) = rule_of(stage)["Targets"]
    (asynchronous,) = stage.resources("backend", "AWS::Lambda::EventInvokeConfig").values()
    given_up = {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    assert target["RetryPolicy"] == given_up
    assert given_up.items() <= asynchronous["Properties"].items()
    assert stage.name_of(asynchronous["Properties"]["FunctionName"]) == BLUEPRINT.clock
