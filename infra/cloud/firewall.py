"""The firewall of the edge: AWS's own rules, and a rate for each address."""

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.cloud.stages import Stage

_Acl = wafv2.CfnWebACL
_ONLY_COUNTED = (
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "NoUserAgent_HEADER",
    "SizeRestrictions_BODY",
)
"""Rules that only count: the API checks bodies itself, and takes more than 8 KB of any text; and a
program that asks it need not say its name."""


class Firewall(Construct):
    """A web ACL for CloudFront, known by its `arn`."""

    def __init__(self, scope: Construct, *, stage: Stage) -> None:
        super().__init__(scope, "firewall")
        acl = _Acl(
            self,
            "Acl",
            name=f"{stage.prefix}edge",
            scope="CLOUDFRONT",
            default_action=_Acl.DefaultActionProperty(allow={}),
            visibility_config=_seen_as(f"{stage.prefix}edge"),
            rules=[
                _rate(0, stage),
                _managed(1, "AWSManagedRulesAmazonIpReputationList"),
                _managed(2, "AWSManagedRulesCommonRuleSet", only_counted=_ONLY_COUNTED),
                _managed(3, "AWSManagedRulesKnownBadInputsRuleSet"),
            ],
        )
        self.arn = acl.attr_arn


def _rate(priority: int, stage: Stage) -> wafv2.CfnWebACL.RuleProperty:
    limit = _Acl.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=stage.requests_per_address, evaluation_window_sec=300
    )
    return _Acl.RuleProperty(
        name="rate",
        priority=priority,
        action=_Acl.RuleActionProperty(block={}),
        statement=_Acl.StatementProperty(rate_based_statement=limit),
        visibility_config=_seen_as("rate"),
    )


def _managed(
    priority: int, name: str, *, only_counted: tuple[str, ...] = ()
) -> wafv2.CfnWebACL.RuleProperty:
    count = _Acl.RuleActionProperty(count={})
    group = _Acl.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=name,
        rule_action_overrides=[
            _Acl.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in only_counted
        ],
    )
    return _Acl.RuleProperty(
        name=name,
        priority=priority,
        override_action=_Acl.OverrideActionProperty(none={}),
        statement=_Acl.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_seen_as(name),
    )


def _seen_as(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return _Acl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
