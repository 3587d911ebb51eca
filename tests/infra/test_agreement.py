"""The blueprint, the template and the models say the same, and functions get what they ask for."""

import importlib
from dataclasses import replace

import pytest
from pynamodb.models import Model

from handler.core.settings import Settings, settings
from infra.blueprint import BLUEPRINT, Index, Key, Table, environment, prefix
from tests.infra.conftest import written

AROUND = {
    "<AccountId>": "123456789012",
    "<Region>": "ap-southeast-2",
    "<URLSuffix>": "amazonaws.com",
}

each_table = pytest.mark.parametrize("table", BLUEPRINT.tables, ids=lambda table: table.name)
each_function = pytest.mark.parametrize("spec", BLUEPRINT.functions, ids=lambda spec: spec.name)


def read_keys(schema, types):
    """Give the partition and the sort key that a key schema names."""
    keys = {
        key["KeyType"]: Key(key["AttributeName"], types[key["AttributeName"]]) for key in schema
    }
    return keys["HASH"], keys.get("RANGE")


def read_types(definitions):
    """Give the type of each attribute that some key names."""
    return {each["AttributeName"]: each["AttributeType"] for each in definitions}


def by_name(indexes):
    """Put indexes in an order, which has no meaning in DynamoDB."""
    return tuple(sorted(indexes, key=lambda index: index.name))


def as_declared(table):
    """Give a table of the blueprint with its indexes in order."""
    return replace(table, indexes=by_name(table.indexes))


def as_deployed(properties, stage):
    """Read a table out of its CloudFormation."""
    types = read_types(properties["AttributeDefinitions"])
    indexes = [
        Index(
            index["IndexName"],
            *read_keys(index["KeySchema"], types),
            projection=index["Projection"]["ProjectionType"],
        )
        for index in properties.get("GlobalSecondaryIndexes", [])
    ]
    return Table(
        properties["TableName"].removeprefix(prefix(stage.name)),
        *read_keys(properties["KeySchema"], types),
        indexes=by_name(indexes),
        ttl=properties.get("TimeToLiveSpecification", {}).get("AttributeName"),
        stream=properties.get("StreamSpecification") == {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def as_modelled(model, table):
    """Read a table out of its PynamoDB model, which knows no TTL and no stream but the table's."""
    schema = model._get_schema()
    types = read_types(schema["attribute_definitions"])
    indexes = [
        Index(
            index["index_name"],
            *read_keys(index["key_schema"], types | read_types(index["attribute_definitions"])),
            projection=index["projection"]["ProjectionType"],
        )
        for index in schema["global_secondary_indexes"]
    ]
    return Table(
        model.Meta.table_name.removeprefix(settings().resource_prefix),
        *read_keys(schema["key_schema"], types),
        indexes=by_name(indexes),
        ttl=table.ttl,
        stream=table.stream,
    )


def resolve(value):
    """Write out what CloudFormation makes of a value in some account and region."""
    text = written(value)
    for name, meaning in AROUND.items():
        text = text.replace(name, meaning)
    return text


def models():
    """Give every model that has a table and that some function loads, by the table's short name."""
    for spec in BLUEPRINT.functions:
        importlib.import_module(spec.handler.rpartition(".")[0])
    found, waiting = {}, [Model]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith("handler.") and hasattr(model, "Meta"):
            found[model.Meta.table_name.removeprefix(settings().resource_prefix)] = model
    return found


def test_what_is_deployed_is_what_the_blueprint_says(stage):
    """Keys, types, indexes, projections and TTL, of every table and no other."""
    tables = stage.properties("data", "AWS::DynamoDB::GlobalTable", "TableName").values()
    assert {as_deployed(table, stage) for table in tables} == {
        as_declared(table) for table in BLUEPRINT.tables
    }


def test_no_other_attribute_is_defined_than_keys_use(stage):
    """CloudFormation refuses a definition too many, and CDK may write one."""
    for table in stage.properties("data", "AWS::DynamoDB::GlobalTable", "TableName").values():
        schemas = [table, *table.get("GlobalSecondaryIndexes", [])]
        used = {key["AttributeName"] for schema in schemas for key in schema["KeySchema"]}
        assert set(read_types(table["AttributeDefinitions"])) == used


def test_every_table_has_a_model_and_every_model_a_table():
    """Nothing is deployed that nobody uses, and nothing used that is not deployed."""
    assert set(models()) == {table.name for table in BLUEPRINT.tables}


@each_table
def test_a_model_expects_the_table_that_the_blueprint_says(table):
    """Renaming a Python attribute fails here and cannot replace a table in production."""
    assert as_modelled(models()[table.name], table) == as_declared(table)


@each_table
def test_a_model_has_every_attribute_that_its_indexes_sort_by(table):
    """A row without an index's key would be missing from that index for ever."""
    model = models()[table.name]
    attributes = {attribute.attr_name for attribute in model.get_attributes().values()}
    assert set(read_types(model._get_schema()["attribute_definitions"])) <= attributes


@pytest.mark.parametrize(
    "table", [t for t in BLUEPRINT.tables if t.ttl], ids=lambda table: table.name
)
def test_rows_expire_by_a_number(table):
    """DynamoDB ignores a TTL attribute that is no number."""
    attributes = models()[table.name].get_attributes().values()
    assert {a.attr_name: a.attr_type for a in attributes}[table.ttl] == "N"


@each_function
def test_a_function_s_entry_point_can_be_called(spec):
    """Lambda would say so only at the first request."""
    module, _, name = spec.handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


@each_function
def test_a_deployed_function_can_read_its_settings(stage, spec):
    """Every setting without a default is given, and production's stricter rules are met."""
    told = stage.function(spec.name)["Environment"]["Variables"]
    read = Settings.read({name: resolve(value) for name, value in told.items()})
    assert (read.stage, read.resource_prefix) == (stage.name, prefix(stage.name))


def test_both_builders_give_every_setting_that_has_no_default():
    """What the blueprint tells every function is all that a function cannot do without."""
    required = {
        name.upper() for name, field in Settings.model_fields.items() if field.is_required()
    }
    told = environment(
        "local", queue_base="", bucket_suffix="", sockets_url="", sockets_endpoint=""
    )
    assert required <= set(told)
