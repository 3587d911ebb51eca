"""Logs, alarms, the dashboard, whom alarms tell, and the budget."""

import json

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, Replaced, kind


@kind("AWS::Logs::LogGroup")
class LogGroup(Kind):
    """A log."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        logs, name = at.client("logs"), p.take("LogGroupName", p.name)
        logs.create_log_group(logGroupName=name)
        if days := p.take("RetentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        return Made(name, {"Arn": at.arn("logs", f"log-group:{name}:*")})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Keep it longer or shorter."""
        if p.take("LogGroupName", made.id) != made.id:
            raise Replaced
        at.client("logs").put_retention_policy(
            logGroupName=made.id, retentionInDays=p.take("RetentionInDays")
        )
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("logs").delete_log_group(logGroupName=made.id)


@kind("AWS::Logs::MetricFilter")
class MetricFilter(Put):
    """Lines of a log that are counted."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it."""
        name, log = p.take("FilterName", p.name), p.take("LogGroupName")
        counted = [
            {key[0].lower() + key[1:]: value for key, value in one.items()}
            for one in p.take("MetricTransformations")
        ]
        at.client("logs").put_metric_filter(
            filterName=name,
            logGroupName=log,
            filterPattern=p.take("FilterPattern"),
            metricTransformations=counted,
        )
        return Made(name, {"log": log})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("logs").delete_metric_filter(
            filterName=made.id, logGroupName=made.attributes["log"]
        )


@kind("AWS::CloudWatch::Alarm")
class Alarm(Put):
    """An alarm."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it."""
        name = p.take("AlarmName", p.name)
        at.client("cloudwatch").put_metric_alarm(AlarmName=name, **p.rest())
        return Made(name, {"Arn": at.arn("cloudwatch", f"alarm:{name}")})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("cloudwatch").delete_alarms(AlarmNames=[made.id])


@kind("AWS::CloudWatch::Dashboard")
class Dashboard(Put):
    """A dashboard; its body has to be JSON."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it."""
        name, body = p.take("DashboardName", p.name), p.take("DashboardBody")
        json.loads(body)
        at.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)
        return Made(name)

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("cloudwatch").delete_dashboards(DashboardNames=[made.id])


@kind("AWS::SNS::Topic")
class Topic(Kind):
    """A topic."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        name = p.take("TopicName", p.name)
        made = at.client("sns").create_topic(
            Name=name, Attributes=p.some("DisplayName", "KmsMasterKeyId")
        )
        return Made(made["TopicArn"], {"TopicArn": made["TopicArn"], "TopicName": name})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("sns").delete_topic(TopicArn=made.id)


@kind("AWS::SNS::TopicPolicy")
class TopicPolicy(Put):
    """Who may publish to some topics. It goes with them."""

    def create(self, at: Place, p: Properties) -> Made:
        """Set it at each."""
        policy = json.dumps(p.take("PolicyDocument"))
        for arn in p.take("Topics"):
            at.client("sns").set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=policy
            )
        return Made(p.name)

    def delete(self, at: Place, made: Made) -> None:
        """Leave it to the topic, which has no policy without one."""


@kind("AWS::SNS::Subscription")
class Subscription(Kind):
    """Whom a topic tells."""

    def create(self, at: Place, p: Properties) -> Made:
        """Subscribe."""
        made = at.client("sns").subscribe(**p.rest(), ReturnSubscriptionArn=True)
        return Made(made["SubscriptionArn"])

    def delete(self, at: Place, made: Made) -> None:
        """Unsubscribe."""
        at.client("sns").unsubscribe(SubscriptionArn=made.id)


@kind("AWS::Budgets::Budget")
class Budget(Kind):
    """A budget. What it is tagged with only the bill reads."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        p.take("ResourceTags")
        budget = p.take("Budget")
        limit = budget["BudgetLimit"]
        told = p.take("NotificationsWithSubscribers", [])
        at.client("budgets").create_budget(
            AccountId=at.account,
            Budget={**budget, "BudgetLimit": {**limit, "Amount": str(limit["Amount"])}},
            NotificationsWithSubscribers=told,
        )
        return Made(budget["BudgetName"])

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("budgets").delete_budget(AccountId=at.account, BudgetName=made.id)
