"""Conversations that write a row, or read one by its key."""

from tests.infra.local.conversations.vocabulary import key, named, put, query

CONVERSATIONS = {
    "put and get": [
        ("PutItem", put("a", 1, x={"L": [{"M": {"y": {"N": "1.50"}}}]})["Put"]),
        ("GetItem", key("a", 1)),
        ("GetItem", key("a", "1.0")),
    ],
    "put returns the old item": [
        ("PutItem", put("b", 1, x={"S": "old"})["Put"]),
        ("PutItem", put("b", 1, x={"S": "new"})["Put"] | {"ReturnValues": "ALL_OLD"}),
    ],
    "put on a condition that fails": [
        ("PutItem", put("c", 1)["Put"]),
        ("PutItem", put("c", 1)["Put"] | named("attribute_not_exists(#p)")),
    ],
    "put shows the item that its condition failed on": [
        ("PutItem", put("d", 1, x={"S": "kept"})["Put"]),
        (
            "PutItem",
            put("d", 1)["Put"]
            | named("attribute_not_exists(#p)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        ),
    ],
    "put with an index key of a wrong type": [
        ("PutItem", put("e", 1, group={"N": "1"})["Put"]),
        ("GetItem", key("e", 1)),
    ],
    "put with an empty index key": [("PutItem", put("e", 2, group={"S": ""})["Put"])],
    "put without its sort key": [("PutItem", {"TableName": "rows", "Item": {"p": {"S": "e"}}})],
    "put with a key of a wrong type": [
        ("PutItem", {"TableName": "rows", "Item": {"p": {"N": "1"}, "s": {"N": "1"}}})
    ],
    "get with half a key": [("GetItem", {"TableName": "rows", "Key": {"p": {"S": "seed"}}})],
    "get from a table that is not there": [("GetItem", key("a", 1) | {"TableName": "none"})],
    "update makes a row": [
        (
            "UpdateItem",
            key("f", 1)
            | {
                "UpdateExpression": "SET #x = :x ADD #n :n",
                "ExpressionAttributeNames": {"#x": "x", "#n": "count"},
                "ExpressionAttributeValues": {":x": {"S": "set"}, ":n": {"N": "2"}},
                "ReturnValues": "ALL_NEW",
            },
        ),
        ("GetItem", key("f", 1)),
    ],
    "update adds, removes and returns what it changed": [
        ("PutItem", put("g", 1, count={"N": "5"}, x={"S": "gone"}, y={"S": "kept"})["Put"]),
        (
            "UpdateItem",
            key("g", 1)
            | {
                "UpdateExpression": "SET #n = #n - :one REMOVE x",
                "ExpressionAttributeNames": {"#n": "count"},
                "ExpressionAttributeValues": {":one": {"N": "1"}},
                "ReturnValues": "UPDATED_NEW",
            },
        ),
        ("GetItem", key("g", 1)),
    ],
    "update on a condition that fails": [
        ("PutItem", put("h", 1, count={"N": "5"})["Put"]),
        (
            "UpdateItem",
            key("h", 1)
            | named("#count = :six", ReturnValuesOnConditionCheckFailure="ALL_OLD")
            | {
                "UpdateExpression": "SET #count = :six",
                "ExpressionAttributeValues": {":six": {"N": "6"}},
            },
        ),
    ],
    "update that adds a number to text changes nothing": [
        ("PutItem", put("i", 1, x={"S": "text"})["Put"]),
        (
            "UpdateItem",
            key("i", 1)
            | {
                "UpdateExpression": "SET y = :one, x = x + :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            },
        ),
        ("GetItem", key("i", 1)),
    ],
    "update of an index key moves the row": [
        ("PutItem", put("j", 1, group={"S": "j1"}, word={"S": "w"})["Put"]),
        (
            "UpdateItem",
            key("j", 1)
            | {
                "UpdateExpression": "SET #g = :g",
                "ExpressionAttributeNames": {"#g": "group"},
                "ExpressionAttributeValues": {":g": {"S": "j2"}},
            },
        ),
        ("Query", query("#group = :g", {":g": {"S": "j1"}}, IndexName="words")),
        ("Query", query("#group = :g", {":g": {"S": "j2"}}, IndexName="words")),
    ],
    "update of a key attribute": [
        (
            "UpdateItem",
            key("j", 2)
            | {
                "UpdateExpression": "SET p = :p",
                "ExpressionAttributeValues": {":p": {"S": "other"}},
            },
        )
    ],
    "delete returns the old item": [
        ("PutItem", put("k", 1, x={"S": "old"})["Put"]),
        ("DeleteItem", key("k", 1) | {"ReturnValues": "ALL_OLD"}),
        ("DeleteItem", key("k", 1) | {"ReturnValues": "ALL_OLD"}),
    ],
    "delete on a condition that fails": [
        ("DeleteItem", key("k", 9) | named("attribute_exists(#p)")),
    ],
    "batch get": [
        (
            "BatchGetItem",
            {"RequestItems": {"rows": {"Keys": [key("seed", 7)["Key"], key("seed", 8)["Key"]]}}},
        )
    ],
    "batch get of the same key twice": [
        (
            "BatchGetItem",
            {"RequestItems": {"rows": {"Keys": [key("seed", 7)["Key"], key("seed", 7)["Key"]]}}},
        )
    ],
    "batch write": [
        (
            "BatchWriteItem",
            {"RequestItems": {"rows": [{"PutRequest": {"Item": put("l", 1)["Put"]["Item"]}}]}},
        ),
        ("GetItem", key("l", 1)),
    ],
}
