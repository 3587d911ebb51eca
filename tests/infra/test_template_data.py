"""What remembers, as synthesized, keeps what the threats ask of it (threats.md, L4)."""

from dataclasses import replace

import aws_cdk as cdk
import pytest

from infra.blueprint import BLUEPRINT, prefix
from infra.cloud.data import Data
from tests.infra.conftest import variants, written

TABLE = "AWS::DynamoDB::GlobalTable"
FORGETFUL = {
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::QueuePolicy",
}

each_table = pytest.mark.parametrize("table", BLUEPRINT.tables, ids=lambda table: table.name)
each_secret = pytest.mark.parametrize("secret", BLUEPRINT.secrets, ids=lambda secret: secret.name)


def table_of(stage, table):
    """Give the properties of a table."""
    return stage.properties("data", TABLE, "TableName")[prefix(stage.name) + table.name]


@each_table
def test_a_table_is_billed_on_demand_below_a_ceiling(stage, table):
    """L4: a flood of requests costs at most the ceiling."""
    properties = table_of(stage, table)
    replica = properties["Replicas"][0]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["WriteOnDemandThroughputSettings"]["MaxWriteRequestUnits"] > 0
    assert replica["ReadOnDemandThroughputSettings"]["MaxReadRequestUnits"] > 0


@each_table
def test_an_index_has_the_ceilings_of_its_table(stage, table):
    """L4: an index without a ceiling would be the way around the table's."""
    properties = table_of(stage, table)
    replica = properties["Replicas"][0]
    writes = properties["WriteOnDemandThroughputSettings"]
    reads = replica["ReadOnDemandThroughputSettings"]
    indexes = properties.get("GlobalSecondaryIndexes", [])
    replicated = replica.get("GlobalSecondaryIndexes", [])
    assert [i["WriteOnDemandThroughputSettings"] for i in indexes] == [writes] * len(table.indexes)
    assert [i["ReadOnDemandThroughputSettings"] for i in replicated] == [reads] * len(table.indexes)


@each_table
def test_a_table_can_be_put_back_to_any_second(stage, table):
    """L4: point-in-time recovery is on in every stage."""
    recovery = table_of(stage, table)["Replicas"][0]["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


@each_table
def test_rows_expire_where_the_blueprint_says(stage, table):
    """L4: a table with a TTL has it switched on, the others have none."""
    ttl = table_of(stage, table).get("TimeToLiveSpecification")
    assert ttl == ({"AttributeName": table.ttl, "Enabled": True} if table.ttl else None)


@each_table
def test_only_production_refuses_to_delete_a_table(stage, table):
    """L4: data of users outlive a mistake, those of a try do not cost for ever."""
    protected = table_of(stage, table)["Replicas"][0]["DeletionProtectionEnabled"]
    assert protected is stage.stage.keep_data


def kept(stage):
    """Give what becomes of all that remembers when it is deleted, and when it is replaced."""
    resources = stage.template("data")["Resources"].values()
    return {
        (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        for resource in resources
        if resource["Type"] not in FORGETFUL
    }


def test_in_production_data_outlive_their_stack(prod):
    """L4: neither a deletion nor a replacement of a resource takes data along."""
    assert kept(prod) == {("RetainExceptOnCreate", "Retain")}


def test_elsewhere_data_go_with_their_stack(dev):
    """A stage for trying leaves nothing behind to pay for."""
    assert kept(dev) == {("Delete", "Delete")}


def test_only_production_refuses_to_delete_the_data_stack(stage):
    """`cdk destroy` stops before the stack that remembers."""
    artifacts = stage.read("manifest.json")["artifacts"]
    properties = artifacts[f"dunlin-{stage.name}-data"]["properties"]
    assert properties.get("terminationProtection", False) is stage.stage.keep_data


@each_secret
def test_a_drawn_secret_is_a_key_ring_with_one_random_key(stage, secret):
    """Its first value is `{"1": <64 letters and digits>}`; the others begin without a value."""
    secrets = stage.properties("data", "AWS::SecretsManager::Secret", "Name")
    drawn = {
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "1",
        "ExcludePunctuation": True,
        "PasswordLength": 64,
    }
    found = secrets[prefix(stage.name) + secret.name].get("GenerateSecretString")
    assert found == (drawn if secret.drawn else None)


def test_no_secret_has_a_value_in_the_template(stage):
    """Whoever reads the template learns no key."""
    secrets = stage.properties("data", "AWS::SecretsManager::Secret", "Name").values()
    assert [secret for secret in secrets if "SecretString" in secret] == []


def test_mails_come_from_the_domain_of_the_stage(prod):
    """A stage with a mail domain has its identity in SES."""
    identities = prod.resources("data", "AWS::SES::EmailIdentity").values()
    assert [one["Properties"]["EmailIdentity"] for one in identities] == ["shop.example"]


def test_a_stage_without_a_mail_domain_mails_nothing(dev):
    """A stage for trying needs no domain."""
    assert dev.resources("data", "AWS::SES::EmailIdentity") == {}


def test_the_zone_says_that_the_mail_domain_is_ours(full):
    """SES signs mails (DKIM) as soon as it finds its three records."""
    (identity,) = full.resources("data", "AWS::SES::EmailIdentity")
    records = full.resources("data", "AWS::Route53::RecordSet").values()
    assert {record["Properties"]["Type"] for record in records} == {"CNAME"}
    assert {record["Properties"]["HostedZoneId"] for record in records} == {
        full.stage.hosted_zone_id
    }
    assert sorted(written(record["Properties"]["Name"]) for record in records) == [
        f"<{identity}.DkimDNSTokenName{number}>" for number in (1, 2, 3)
    ]


def test_no_record_is_written_where_the_zone_is_not_known(prod):
    """Whoever keeps the domain elsewhere adds them there."""
    assert prod.resources("data", "AWS::Route53::RecordSet") == {}


def test_only_a_stage_with_an_edge_has_the_edge_s_secret(stage):
    """It is drawn as the others are."""
    secrets = stage.properties("data", "AWS::SecretsManager::Secret", "Name")
    assert (prefix(stage.name) + BLUEPRINT.edge.name in secrets) is stage.stage.edge


def test_the_edge_s_secret_is_where_the_edge_is_made(full):
    """CloudFormation reads a secret in its own region only."""
    secrets = full.properties("data", "AWS::SecretsManager::Secret", "Name")
    assert secrets[prefix(full.name) + BLUEPRINT.edge.name]["ReplicaRegions"] == [
        {"Region": "us-east-1"}
    ]


def test_an_edge_in_the_stage_s_own_region_needs_no_copy(tmp_path):
    """Secrets Manager refuses to copy a secret to where it is."""
    app = cdk.App(outdir=str(tmp_path))
    Data(app, stage=replace(variants()["full"], region="us-east-1"))
    found = app.synth().get_stack_by_name("dunlin-full-data").template["Resources"].values()
    assert [one for one in found if "ReplicaRegions" in one["Properties"]] == []
