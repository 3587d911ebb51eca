"""A stage's own domain and the edge before it, as synthesized (threats.md, L8)."""

import json

from handler.core import viewers
from infra.blueprint import BLUEPRINT, prefix
from tests.infra.conftest import written

CERTIFICATE = "AWS::CertificateManager::Certificate"
NAME = "AWS::ApiGatewayV2::DomainName"
RECORD = "AWS::Route53::RecordSet"


def one(stage, stack, kind):
    """Give the logical id and the properties of the only resource of a kind."""
    ((id_, resource),) = stage.resources(stack, kind).items()
    return id_, resource["Properties"]


def distribution_of(full):
    """Give how the distribution is configured."""
    return one(full, "edge", "AWS::CloudFront::Distribution")[1]["DistributionConfig"]


def rules_of(full):
    """Give the rules of the firewall, by name, in the order in which they are asked."""
    _, acl = one(full, "edge", "AWS::WAFv2::WebACL")
    rules = sorted(acl["Rules"], key=lambda rule: rule["Priority"])
    return {rule["Name"]: rule for rule in rules}


def records_of(stage, stack):
    """Give name, type and target of the records that a stack writes."""
    found = stage.resources(stack, RECORD).values()
    properties = [resource["Properties"] for resource in found]
    return {
        (each["Name"], each["Type"]): written(each["AliasTarget"]["DNSName"]) for each in properties
    }


def test_with_a_domain_the_default_endpoint_is_off(stage):
    """L8: there is one way in, and the domain's rules hold on it."""
    api = stage.template("backend")["Resources"][stage.api("http")]["Properties"]
    assert api["DisableExecuteApiEndpoint"] is bool(stage.stage.domain)


def test_without_a_domain_there_is_no_certificate_and_no_record(prod):
    """Nothing has to be bought before the first deploy."""
    kinds = {resource["Type"] for resource in prod.template("backend")["Resources"].values()}
    assert kinds.isdisjoint({CERTIFICATE, NAME, RECORD})


def test_the_domain_speaks_tls_1_2_at_least(full):
    """L8: older versions are refused."""
    _, name = one(full, "backend", NAME)
    (configuration,) = name["DomainNameConfigurations"]
    assert (configuration["SecurityPolicy"], configuration["EndpointType"]) == (
        "TLS_1_2",
        "REGIONAL",
    )


def test_a_certificate_is_proved_in_the_zone(full):
    """CloudFormation writes the proof itself: no function is deployed for it."""
    for stack in ("backend", "edge"):
        _, certificate = one(full, stack, CERTIFICATE)
        assert certificate["DomainName"] == "api.shop.example"
        assert certificate["ValidationMethod"] == "DNS"
        assert certificate["DomainValidationOptions"] == [
            {"DomainName": "api.shop.example", "HostedZoneId": full.stage.hosted_zone_id}
        ]


def test_the_domain_leads_to_the_api_s_stage(full):
    """Which is there before it is mapped."""
    ((_, mapping),) = full.resources("backend", "AWS::ApiGatewayV2::ApiMapping").items()
    ((stage_id, _),) = full.of_api("http", "Stage").items()
    assert mapping["Properties"]["Stage"] == "$default"
    assert mapping["DependsOn"] == [stage_id]


def test_a_domain_without_an_edge_leads_to_the_api(domain_only):
    """By both kinds of address."""
    id_, _ = one(domain_only, "backend", NAME)
    target = f"<{id_}.RegionalDomainName>"
    assert records_of(domain_only, "backend") == {
        ("api.shop.example.", "A"): target,
        ("api.shop.example.", "AAAA"): target,
    }


def test_behind_an_edge_the_domain_leads_to_it_and_the_origin_to_the_api(full):
    """The edge reaches the API by a name of its own."""
    id_, _ = one(full, "backend", NAME)
    api = f"<{id_}.RegionalDomainName>"
    assert records_of(full, "backend") == {
        ("origin.api.shop.example.", "A"): api,
        ("origin.api.shop.example.", "AAAA"): api,
    }
    distribution, _ = one(full, "edge", "AWS::CloudFront::Distribution")
    edge = f"<{distribution}.DomainName>"
    assert records_of(full, "edge") == {
        ("api.shop.example.", "A"): edge,
        ("api.shop.example.", "AAAA"): edge,
    }


def test_the_url_is_the_domain(full):
    """What operators are told is what users use."""
    assert full.template("backend")["Outputs"]["Url"]["Value"] == "https://api.shop.example"


def test_only_a_stage_with_an_edge_has_its_stack(stage):
    """And its functions know that they stand behind it."""
    artifacts = stage.read("manifest.json")["artifacts"]
    told = stage.function(BLUEPRINT.http)["Environment"]["Variables"]
    there = stage.stage.edge
    assert (f"dunlin-{stage.name}-edge" in artifacts, "BEHIND_EDGE" in told) == (there, there)


def test_the_edge_is_deployed_last_and_where_cloudfront_wants_it(full):
    """Its certificate and firewall must be in us-east-1; the secret and the origin are there."""
    edge = full.read("manifest.json")["artifacts"]["dunlin-full-edge"]
    assert edge["environment"] == "aws://unknown-account/us-east-1"
    assert "dunlin-full-backend" in edge["dependencies"]


def test_the_edge_speaks_tls_1_2_at_least_on_both_sides(full):
    """L8: with viewers and with the API, and nobody is led from http to https."""
    configuration = distribution_of(full)
    (origin,) = configuration["Origins"]
    assert configuration["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert configuration["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


def test_the_edge_proves_itself_with_the_header_that_the_api_asks_for(full):
    """Its secret is no part of the template: CloudFormation puts it in."""
    (origin,) = distribution_of(full)["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    secret = prefix(full.name) + BLUEPRINT.edge.name
    assert header["HeaderName"].lower() == viewers._PROOF
    assert header["HeaderValue"] == f"{{{{resolve:secretsmanager:{secret}:SecretString:1}}}}"


def test_cloudfront_would_add_the_header(full):
    """It refuses names of its own."""
    (origin,) = distribution_of(full)["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert not header["HeaderName"].lower().startswith(("x-amz-", "x-edge-"))


def test_the_edge_caches_nothing(full):
    """The policy is AWS's `CachingDisabled`."""
    behavior = distribution_of(full)["DefaultCacheBehavior"]
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert set(behavior["AllowedMethods"]) > {"DELETE", "PATCH", "POST", "PUT"}


def test_the_edge_passes_everything_on_and_says_who_asks(full):
    """The viewer's Host too, which is the domain that the API knows."""
    _, policy = one(full, "edge", "AWS::CloudFront::OriginRequestPolicy")
    passed = policy["OriginRequestPolicyConfig"]
    assert passed["HeadersConfig"] == {
        "HeaderBehavior": "allViewerAndWhitelistCloudFront",
        "Headers": ["CloudFront-Viewer-Address"],
    }
    assert passed["HeadersConfig"]["Headers"][0].lower() == viewers._ADDRESS
    assert passed["CookiesConfig"] == {"CookieBehavior": "all"}
    assert passed["QueryStringsConfig"] == {"QueryStringBehavior": "all"}


def test_the_api_s_own_headers_stay(full):
    """CloudFront adds security headers to its own answers only."""
    _, policy = one(full, "edge", "AWS::CloudFront::ResponseHeadersPolicy")
    headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert {name: each["Override"] for name, each in headers.items()} == {
        "ContentTypeOptions": False,
        "ReferrerPolicy": False,
        "StrictTransportSecurity": False,
    }


def test_the_firewall_stands_before_the_edge(full):
    """Every request is held against it."""
    id_, acl = one(full, "edge", "AWS::WAFv2::WebACL")
    assert distribution_of(full)["WebACLId"] == {"Fn::GetAtt": [id_, "Arn"]}
    assert acl["Scope"] == "CLOUDFRONT"


def test_an_address_is_blocked_that_asks_too_often(full):
    """For as long as it does."""
    rate = rules_of(full)["rate"]
    assert rate["Action"] == {"Block": {}}
    assert rate["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": full.stage.requests_per_address,
    }


def test_aws_s_own_rules_block(full):
    """Bad addresses, common attacks, known bad inputs."""
    managed = {
        name: rule["OverrideAction"]
        for name, rule in rules_of(full).items()
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert managed == {
        "AWSManagedRulesAmazonIpReputationList": {"None": {}},
        "AWSManagedRulesCommonRuleSet": {"None": {}},
        "AWSManagedRulesKnownBadInputsRuleSet": {"None": {}},
    }


def test_no_rule_judges_bodies_or_names_of_programs(full):
    """A text of a user may be long, and may speak of scripts; the API judges them."""
    rule = rules_of(full)["AWSManagedRulesCommonRuleSet"]["Statement"]
    overrides = rule["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {each["Name"] for each in overrides if each["ActionToUse"] == {"Count": {}}} == {
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "NoUserAgent_HEADER",
        "SizeRestrictions_BODY",
    }


def test_the_edge_reads_no_export(full):
    """Stacks of two regions cannot share any."""
    assert "Fn::ImportValue" not in json.dumps(full.template("edge"))
