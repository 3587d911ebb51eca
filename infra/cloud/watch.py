"""Alarms, and whom they tell: a topic, on which the stage's on-call is subscribed."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.cloud.alarms import Alarm, Combined, CountedFor, Logged, Measured, Queried, alarms
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage

_QUIET = cloudwatch.TreatMissingData.NOT_BREACHING
_SOUNDS = cloudwatch.TreatMissingData.BREACHING


class Watch(Construct):
    """Every alarm of a stage, those that `stop_canaries` among them, and the `topic` they tell."""

    def __init__(
        self, scope: Construct, *, stage: Stage, api: str, log_groups: Mapping[str, logs.LogGroup]
    ) -> None:
        super().__init__(scope, "watch")
        self.topic = _add_topic(self, stage)
        self.alarms: list[cloudwatch.Alarm] = []
        self.stop_canaries: list[cloudwatch.Alarm] = []
        for spec in alarms(stage, api=api):
            if isinstance(spec.of, Logged):
                _count(self, spec.name, spec.of, stage, log_groups)
            alarm = _add_alarm(self, spec, stage)
            alarm.add_alarm_action(actions.SnsAction(self.topic))
            alarm.add_ok_action(actions.SnsAction(self.topic))
            self.alarms.append(alarm)
            if spec.stops_canaries:
                self.stop_canaries.append(alarm)


def _add_topic(scope: Construct, stage: Stage) -> sns.Topic:
    topic = sns.Topic(
        scope,
        "Topic",
        topic_name=f"{stage.prefix}alarms",
        display_name=f"{stage.app_name} ({stage.name})",
        enforce_ssl=True,
        master_key=_add_key(scope, stage) if stage.alarms_key else None,
    )
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            principals=[_CLOUDWATCH],
            conditions=_OUR_ACCOUNT,
        )
    )
    if stage.on_call:
        subscription = topic.add_subscription(subscriptions.EmailSubscription(stage.on_call))
        acknowledge(
            subscription,
            "Serverless-SNSRedrivePolicy",
            reason="A mail that cannot be delivered is an alarm that nobody reads, in a queue or "
            "not. The dashboard shows the alarm itself.",
        )
    return topic


_CLOUDWATCH = iam.ServicePrincipal("cloudwatch.amazonaws.com")
_OUR_ACCOUNT = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}


def _add_key(scope: Construct, stage: Stage) -> kms.Key:
    """Add a key that CloudWatch may use, as it may not use the one that AWS keeps for SNS."""
    key = kms.Key(
        scope,
        "Key",
        description=f"Encrypts what the alarms of {stage.app_name} ({stage.name}) say.",
        enable_key_rotation=True,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            principals=[_CLOUDWATCH],
            conditions=_OUR_ACCOUNT,
        )
    )
    return key


def _count(
    scope: Construct, name: str, of: Logged, stage: Stage, log_groups: Mapping[str, logs.LogGroup]
) -> None:
    """Count lines. No zero is written where there is none: the metric would be billed for it."""
    for number, lines in enumerate(of.lines):
        for function in lines.functions:
            logs.MetricFilter(
                scope,
                f"{name}-{function}-{number}",
                log_group=log_groups[function],
                filter_pattern=logs.FilterPattern.literal(lines.pattern),
                metric_namespace=_namespace(stage),
                metric_name=name,
            )


def _namespace(stage: Stage) -> str:
    return stage.prefix.rstrip("-")


def _add_alarm(scope: Construct, spec: Alarm, stage: Stage) -> cloudwatch.Alarm:
    operators = cloudwatch.ComparisonOperator
    return cloudwatch.Alarm(
        scope,
        spec.name,
        alarm_name=stage.prefix + spec.name,
        alarm_description=f"{spec.says} What to do: docs/runbook.md#{spec.name}",
        metric=_metric(spec, stage),
        threshold=spec.limit,
        evaluation_periods=spec.periods,
        datapoints_to_alarm=spec.reaching,
        comparison_operator=operators.LESS_THAN_THRESHOLD
        if spec.below
        else operators.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=_SOUNDS if spec.silence_sounds else _QUIET,
    )


def _metric(spec: Alarm, stage: Stage) -> cloudwatch.IMetric:
    period = cdk.Duration.minutes(spec.minutes)
    match spec.of:
        case Logged():
            return _counted(spec.name, stage, period)
        case CountedFor(alarm):
            return _counted(alarm, stage, period)
        case Measured() as measured:
            return _measured(measured, period)
        case Combined(expression, parts):
            using = {f"m{number}": _measured(one, period) for number, one in enumerate(parts, 1)}
            return _computed(spec, expression, using, period)
        case Queried(query):
            return _computed(spec, query, {}, period)


def _counted(name: str, stage: Stage, period: cdk.Duration) -> cloudwatch.IMetric:
    return cloudwatch.Metric(
        namespace=_namespace(stage), metric_name=name, statistic="Sum", period=period
    )


def _measured(of: Measured, period: cdk.Duration) -> cloudwatch.IMetric:
    return cloudwatch.Metric(
        namespace=of.namespace,
        metric_name=of.metric,
        dimensions_map=dict(of.dimensions),
        statistic=of.statistic,
        period=period,
    )


def _computed(
    spec: Alarm, expression: str, using: Mapping[str, cloudwatch.IMetric], period: cdk.Duration
) -> cloudwatch.IMetric:
    return cloudwatch.MathExpression(
        expression=expression, using_metrics=using, period=period, label=spec.name
    )
