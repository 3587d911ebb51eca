"""Stacks: made, changed, rolled back and deleted, with nothing dropped on the way."""

import json

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

_QUEUE = "AWS::SQS::Queue"
_TABLE = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "Replicas": [{"Region": "us-east-1"}],
}


def _index(name):
    key = [{"AttributeName": name, "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": key, "Projection": {"ProjectionType": "ALL"}}


def _indexed(*names):
    """Give the table with indexes."""
    keys = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", *names)]
    return _TABLE | {
        "AttributeDefinitions": keys,
        "GlobalSecondaryIndexes": [_index(name) for name in names],
    }


def _found(stacks, name):
    """Give what an index finds."""
    return stacks.client("dynamodb").query(
        TableName="t",
        IndexName=name,
        KeyConditionExpression="#n = :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues={":v": {"S": "x"}},
    )["Count"]


def test_an_unknown_type_fails_the_deploy(stacks):
    """And nothing is left of it."""
    status, why = stacks.one("AWS::Braket::Device")
    assert status == "ROLLBACK_COMPLETE"
    assert "AWS::Braket::Device" in why


def test_an_unknown_property_fails_the_deploy(stacks):
    """And what was made for it goes again."""
    status, why = stacks.one(_QUEUE, QueueName="q", FifoThroughputLimit="perQueue")
    assert status == "ROLLBACK_COMPLETE"
    assert "FifoThroughputLimit" in why


def test_a_failed_change_is_taken_back(stacks):
    """The stack is as it was."""
    stacks.one(_QUEUE, QueueName="q", VisibilityTimeout=7)
    status, _ = stacks.one(_QUEUE, QueueName="q", VisibilityTimeout=8, Colour="red")
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    resources = stacks.account.formation.stacks["s"].resources
    assert resources["It"].properties["VisibilityTimeout"] == 7


def test_a_resource_is_made_after_what_it_refers_to(stacks):
    """Wherever it stands in the template."""
    policy = {"Queues": [{"Ref": "Z"}], "PolicyDocument": {"Statement": []}}
    told = stacks.deploy(
        {
            "Resources": {
                "A": {"Type": "AWS::SQS::QueuePolicy", "Properties": policy},
                "Z": {"Type": _QUEUE, "Properties": {"QueueName": "q"}},
            },
            "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Z", "Arn"]}}},
        }
    )
    assert told["Outputs"][0]["OutputValue"].endswith(":q")


def test_a_name_that_changes_makes_another_resource(stacks):
    """And the first one goes."""
    stacks.one(_QUEUE, QueueName="q")
    stacks.one(_QUEUE, QueueName="r")
    (url,) = stacks.client("sqs").list_queues()["QueueUrls"]
    assert url.endswith("/r")


def test_a_resource_that_is_left_out_goes(stacks):
    """The others stay."""
    one, other = ({"Type": _QUEUE, "Properties": {"QueueName": name}} for name in "qr")
    stacks.deploy({"Resources": {"One": one, "Other": other}})
    stacks.deploy({"Resources": {"Other": other}})
    (url,) = stacks.client("sqs").list_queues()["QueueUrls"]
    assert url.endswith("/r")


def test_the_same_template_is_no_change(stacks):
    """So that the command line can say so."""
    formation = stacks.client("cloudformation")
    stacks.one(_QUEUE, QueueName="q")
    template = formation.get_template(StackName="s")["TemplateBody"]
    told = formation.create_change_set(
        StackName="s",
        ChangeSetName="d",
        ChangeSetType="UPDATE",
        TemplateBody=json.dumps(template),
    )
    assert formation.describe_change_set(ChangeSetName=told["Id"])["Status"] == "FAILED"


def test_a_rule_that_does_not_hold_fails_the_deploy(stacks):
    """As that about the version of the bootstrap stack."""
    rule = {"Assert": {"Fn::Contains": [["1"], {"Ref": "Version"}]}, "AssertDescription": "Old."}
    template = {
        "Parameters": {"Version": {"Type": "String"}},
        "Rules": {"Version": {"Assertions": [rule]}},
        "Resources": {"It": {"Type": _QUEUE}},
    }
    assert stacks.deploy(template, Version="2")["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_protected_stack_is_not_deleted(stacks):
    """Until somebody takes the protection away."""
    formation = stacks.client("cloudformation")
    stacks.one(_QUEUE, QueueName="q")
    formation.update_termination_protection(StackName="s", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection"):
        formation.delete_stack(StackName="s")
    formation.update_termination_protection(StackName="s", EnableTerminationProtection=False)
    formation.delete_stack(StackName="s")
    assert not stacks.client("sqs").list_queues().get("QueueUrls")


def test_what_is_to_be_kept_outlives_its_stack(stacks):
    """It is only forgotten."""
    kept = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": _TABLE,
        "DeletionPolicy": "Retain",
    }
    stacks.deploy({"Resources": {"It": kept}})
    stacks.client("cloudformation").delete_stack(StackName="s")
    assert stacks.client("dynamodb").list_tables()["TableNames"] == ["t"]


def test_an_index_is_added_to_a_table_with_its_rows(stacks):
    """It finds what was there before."""
    stacks.one("AWS::DynamoDB::GlobalTable", **_TABLE)
    stacks.client("dynamodb").put_item(TableName="t", Item={"id": {"S": "1"}, "red": {"S": "x"}})
    status, why = stacks.one("AWS::DynamoDB::GlobalTable", **_indexed("red"))
    assert status == "UPDATE_COMPLETE", why
    assert _found(stacks, "red") == 1


def test_two_indexes_at_once_are_refused(stacks):
    """As AWS does."""
    stacks.one("AWS::DynamoDB::GlobalTable", **_TABLE)
    status, why = stacks.one("AWS::DynamoDB::GlobalTable", **_indexed("red", "blue"))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "more than one GSI" in why


@pytest.mark.parametrize("property_", ["DeletionProtectionEnabled", "Expiry", "Recovery"])
def test_what_a_table_is_told_it_does(stacks, property_):
    """Protection, expiry and recovery, each by a call of its own, also later."""
    stacks.one("AWS::DynamoDB::GlobalTable", **_TABLE)
    copy = {
        "Region": "us-east-1",
        "DeletionProtectionEnabled": True,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    expiry = {"AttributeName": "at", "Enabled": True}
    told = _TABLE | {"Replicas": [copy], "TimeToLiveSpecification": expiry}
    stacks.one("AWS::DynamoDB::GlobalTable", **told)
    dynamodb = stacks.client("dynamodb")
    backups = dynamodb.describe_continuous_backups(TableName="t")["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    found = {
        "DeletionProtectionEnabled": dynamodb.describe_table(TableName="t")["Table"].get(
            "DeletionProtectionEnabled"
        ),
        "Expiry": dynamodb.describe_time_to_live(TableName="t")["TimeToLiveDescription"][
            "TimeToLiveStatus"
        ]
        == "ENABLED",
        "Recovery": recovery == "ENABLED",
    }
    assert found[property_] is True


def test_a_drawn_secret_has_its_key(stacks):
    """In the frame that the template gives it."""
    drawn = {"SecretStringTemplate": "{}", "GenerateStringKey": "1", "PasswordLength": 40}
    stacks.one("AWS::SecretsManager::Secret", Name="x", GenerateSecretString=drawn)
    value = stacks.client("secretsmanager").get_secret_value(SecretId="x")["SecretString"]
    assert len(json.loads(value)["1"]) == 40
