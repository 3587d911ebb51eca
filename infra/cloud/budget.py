"""A budget: what the account may cost in a month before its on-call is told."""

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from infra.cloud.stages import Stage


def add_budget(scope: Construct, stage: Stage) -> None:
    """Tell the on-call when a month has cost the amount, and when it is forecast to."""
    budgets.CfnBudget(
        scope,
        "Budget",
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_name=f"{stage.prefix}month",
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(amount=stage.monthly_budget, unit="USD"),
        ),
        notifications_with_subscribers=[_told(stage, kind) for kind in ("ACTUAL", "FORECASTED")],
    )


def _told(stage: Stage, kind: str) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=100,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=stage.on_call)
        ],
    )
