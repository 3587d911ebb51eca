"""What wakes somebody, as synthesized (threats.md, L10): alarms, their topic, the budget."""

import json
import re

import pytest

from infra.blueprint import BLUEPRINT, prefix
from tests.infra.conftest import written

ALARM = "AWS::CloudWatch::Alarm"
FILTER = "AWS::Logs::MetricFilter"
BUDGET = "AWS::Budgets::Budget"
NAMES = {
    "api-faults",
    "api-slow",
    "changes-late",
    "clock-silent",
    "function-errors",
    "functions-failing",
    "functions-throttled",
    "jobs-dead",
    "sign-in-failures",
    "tables-throttled",
    *(f"{queue.dead}-letters" for queue in BLUEPRINT.queues),
}
FREE = 10  # metrics of one's own that CloudWatch gives an account

each_alarm = pytest.mark.parametrize("name", sorted(NAMES))
each_queue = pytest.mark.parametrize("queue", BLUEPRINT.queues, ids=lambda queue: queue.name)


def alarm_of(stage, name):
    """Give the properties of an alarm."""
    return stage.properties("backend", ALARM, "AlarmName")[prefix(stage.name) + name]


def measured(alarm):
    """Give the metric that an alarm looks at."""
    dimensions = {one["Name"]: written(one["Value"]) for one in alarm.get("Dimensions", [])}
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    return alarm["Namespace"], alarm["MetricName"], statistic, dimensions


def computed(alarm):
    """Give the expression of an alarm, and the metrics that it speaks of."""
    (expression,) = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    stats = {one["Id"]: one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one}
    metrics = {
        id_: measured(one["Metric"] | {"Statistic": one["Stat"]}) for id_, one in stats.items()
    }
    assert {one["Period"] for one in stats.values()} == {300}
    return expression, metrics


def filters_of(stage, name):
    """Give the function and the pattern of each filter that counts for an alarm."""
    groups = stage.resources("backend", "AWS::Logs::LogGroup")
    found = []
    for resource in stage.resources("backend", FILTER).values():
        properties = resource["Properties"]
        (counted,) = properties["MetricTransformations"]
        group = groups[properties["LogGroupName"]["Ref"]]["Properties"]["LogGroupName"]
        if counted["MetricName"] == name:
            function = group.removeprefix(f"/aws/lambda/{prefix(stage.name)}")
            found.append((function, properties["FilterPattern"]))
    return found


def the_topic(stage):
    """Give the logical id and the properties of the one topic."""
    ((id_, resource),) = stage.resources("backend", "AWS::SNS::Topic").items()
    return id_, resource["Properties"]


def test_the_alarms_are_these(stage):
    """L10: each has a section in the runbook."""
    names = stage.properties("backend", ALARM, "AlarmName")
    assert set(names) == {prefix(stage.name) + name for name in NAMES}


@each_alarm
def test_an_alarm_tells_the_topic_when_it_sounds_and_when_it_ends(stage, name):
    """Whoever is on call hears of both."""
    id_, _ = the_topic(stage)
    alarm = alarm_of(stage, name)
    assert (alarm["AlarmActions"], alarm["OKActions"]) == ([{"Ref": id_}], [{"Ref": id_}])


@each_alarm
def test_only_the_clock_s_silence_is_an_alarm(stage, name):
    """A stage that nobody uses is quiet."""
    silence = "breaching" if name == "clock-silent" else "notBreaching"
    assert alarm_of(stage, name)["TreatMissingData"] == silence


def test_one_dead_job_is_an_alarm(stage):
    """L10: whoever lets a job die writes a line; most of them never were a dead letter."""
    alarm = alarm_of(stage, "jobs-dead")
    assert {function for function, _ in filters_of(stage, "jobs-dead")} == {
        "worker-fast",
        "worker-slow",
        "letters",
    }
    assert measured(alarm) == (f"dunlin-{stage.name}", "jobs-dead", "Sum", {})
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)


@each_queue
def test_dead_letters_that_stay_are_an_alarm(stage, queue):
    """L10: `letters` takes them within seconds, or is broken, whether it has them now or not."""
    alarm = alarm_of(stage, f"{queue.dead}-letters")
    here = {"QueueName": prefix(stage.name) + queue.dead}
    counts = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")
    metrics = {
        f"m{number}": ("AWS/SQS", name, "Average", here) for number, name in enumerate(counts, 1)
    }
    assert computed(alarm) == ("m1 + m2", metrics)
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (1, 3, 3)


def test_faults_of_the_api_are_an_alarm(stage):
    """L10: within minutes, since a canary lasts five."""
    alarm = alarm_of(stage, "api-faults")
    namespace, metric, statistic, dimensions = measured(alarm)
    api = stage.api("http")
    assert (namespace, metric, statistic) == ("AWS/ApiGateway", "5xx", "Sum")
    assert dimensions == {"ApiId": f"<{api}>", "Stage": "$default"}
    assert (alarm["Threshold"], alarm["Period"]) == (stage.stage.faults_per_minute, 60)


def test_slow_answers_are_an_alarm(stage):
    """Those of the slowest hundredth, for a while."""
    alarm = alarm_of(stage, "api-slow")
    assert measured(alarm)[:3] == ("AWS/ApiGateway", "Latency", "p99")
    assert alarm["Threshold"] == stage.stage.slow_milliseconds


def test_changes_that_are_told_late_are_an_alarm(stage):
    """Long before they are given up."""
    alarm = alarm_of(stage, "changes-late")
    changes = {"FunctionName": prefix(stage.name) + "changes"}
    assert measured(alarm) == ("AWS/Lambda", "IteratorAge", "Maximum", changes)
    (max_age,) = {stream.max_age for stream in BLUEPRINT.streams}
    assert alarm["Threshold"] / 1000 * 10 < max_age


def test_throttled_functions_are_an_alarm(stage):
    """L10: of all functions together, as they share what the account may run at once."""
    assert measured(alarm_of(stage, "functions-throttled")) == (
        "AWS/Lambda",
        "Throttles",
        "Sum",
        {},
    )


def test_a_throttled_table_is_an_alarm(stage):
    """L10: any of the account's, since a query knows `=`, `!=` and `AND` only."""
    (query,) = alarm_of(stage, "tables-throttled")["Metrics"]
    asked = query["Expression"]
    assert asked.startswith('SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName')
    assert " OR " not in asked


def test_guessed_passwords_are_an_alarm(stage):
    """L10: where sign-ins are answered."""
    (counted,) = filters_of(stage, "sign-in-failures")
    assert counted[0] == BLUEPRINT.http
    assert alarm_of(stage, "sign-in-failures")["Threshold"] == stage.stage.sign_in_failures


def test_a_clock_that_does_not_tick_is_an_alarm(stage):
    """L10: not one invocation in five minutes, or none that ended well."""
    alarm = alarm_of(stage, "clock-silent")
    clock = {"FunctionName": prefix(stage.name) + BLUEPRINT.clock}
    metrics = {
        "m1": ("AWS/Lambda", "Invocations", "Sum", clock),
        "m2": ("AWS/Lambda", "Errors", "Sum", clock),
    }
    assert computed(alarm) == ("m1 - m2", metrics)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)


def test_what_fails_seldom_but_again_and_again_is_an_alarm(stage):
    """L10: a tick that does not get through writes one line a minute, `letters` one for a queue."""
    often, seldom = (alarm_of(stage, name) for name in ("function-errors", "functions-failing"))
    assert measured(often) == measured(seldom)
    assert (seldom["Threshold"], seldom["Period"]) == (1, 300)
    assert (seldom["EvaluationPeriods"], seldom["DatapointsToAlarm"]) == (3, 3)


def test_every_function_s_errors_are_an_alarm(stage):
    """L10: what it writes itself, and what Lambda writes of it."""
    counted = filters_of(stage, "function-errors")
    functions = sorted(function for function, _ in counted)
    assert functions == sorted([spec.name for spec in BLUEPRINT.functions] * 2)
    assert len({pattern for _, pattern in counted}) == 2


def test_no_metric_is_billed_while_nothing_happens(stage):
    """A filter with a default value would write a zero every minute."""
    filters = stage.resources("backend", FILTER).values()
    transformations = [each["Properties"]["MetricTransformations"] for each in filters]
    assert [one for (one,) in transformations if "DefaultValue" in one] == []


def test_a_stage_alone_stays_within_the_metrics_that_cloudwatch_gives_away(stage):
    """The runbook says what alarms beyond the free ones cost."""
    own = {
        (one["MetricNamespace"], one["MetricName"])
        for resource in stage.resources("backend", FILTER).values()
        for one in resource["Properties"]["MetricTransformations"]
    }
    assert len(own) <= FREE


def test_only_cloudwatch_may_publish_and_only_over_tls(stage):
    """L10: an alarm that anybody can send is one that nobody believes."""
    (policy,) = stage.resources("backend", "AWS::SNS::TopicPolicy").values()
    refused, allowed = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (refused["Effect"], refused["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    assert (allowed["Principal"], allowed["Condition"]) == (
        {"Service": "cloudwatch.amazonaws.com"},
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    )


def test_on_call_is_subscribed(stage):
    """By e-mail; without an address nobody is, and the alarms stand on the dashboard."""
    subscriptions = stage.resources("backend", "AWS::SNS::Subscription").values()
    told = [(one["Properties"]["Protocol"], one["Properties"]["Endpoint"]) for one in subscriptions]
    assert told == ([("email", stage.stage.on_call)] if stage.stage.on_call else [])


def test_a_key_of_our_own_encrypts_the_topic_where_the_stage_says_so(stage):
    """CloudWatch may use it, or no alarm would be heard; it turns once a year."""
    _, topic = the_topic(stage)
    keys = stage.resources("backend", "AWS::KMS::Key")
    assert ("KmsMasterKeyId" in topic) is stage.stage.alarms_key
    for key in keys.values():
        users = [one["Principal"] for one in key["Properties"]["KeyPolicy"]["Statement"]]
        assert {"Service": "cloudwatch.amazonaws.com"} in users
        assert key["Properties"]["EnableKeyRotation"] is True
    assert len(keys) == stage.stage.alarms_key


def test_the_account_has_a_budget_where_the_stage_names_one(stage):
    """L10: on-call is told when it is spent, and when it is going to be."""
    budgets = [one["Properties"] for one in stage.resources("backend", BUDGET).values()]
    assert [one["Budget"]["BudgetLimit"] for one in budgets] == (
        [{"Amount": 100, "Unit": "USD"}] if stage.stage.monthly_budget else []
    )
    for budget in budgets:
        told = budget["NotificationsWithSubscribers"]
        assert [one["Notification"]["NotificationType"] for one in told] == ["ACTUAL", "FORECASTED"]
        for one in told:
            subscriber = {"Address": "on-call@shop.example", "SubscriptionType": "EMAIL"}
            assert one["Subscribers"] == [subscriber]


def test_the_dashboard_shows_every_alarm(stage):
    """And what there is to look at next."""
    (dashboard,) = stage.resources("backend", "AWS::CloudWatch::Dashboard").values()
    separator, parts = dashboard["Properties"]["DashboardBody"]["Fn::Join"]
    body = json.loads(separator.join(p if isinstance(p, str) else "x" for p in parts))
    (alarms,) = [one for one in body["widgets"] if one["type"] == "alarm"]
    assert len(alarms["properties"]["alarms"]) == len(NAMES)


def test_the_dashboard_finds_the_stage_s_tables(stage):
    """A search finds whole names only."""
    (dashboard,) = stage.resources("backend", "AWS::CloudWatch::Dashboard").values()
    text = json.dumps(dashboard["Properties"]["DashboardBody"])
    (names,) = re.findall(r"TableName=\((.+?)\)", text)
    found = set(re.findall(r"[\w-]+", names)) - {"OR"}
    assert found == {prefix(stage.name) + table.name for table in BLUEPRINT.tables}
