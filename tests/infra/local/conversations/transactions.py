"""Conversations in transactions."""

from tests.infra.local.conversations.vocabulary import key, named, put, query

CONVERSATIONS = {
    "transaction": [
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    put("t", 1),
                    put("t", 2),
                    {"ConditionCheck": key("seed", 7) | named("attribute_exists(#p)")},
                ]
            },
        ),
        ("Query", query("#p = :p", {":p": {"S": "t"}})),
    ],
    "transaction that is cancelled changes nothing": [
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    put("u", 1),
                    {"Delete": key("u", 2) | named("attribute_exists(#p)")},
                    {
                        "ConditionCheck": key("seed", 7)
                        | named(
                            "attribute_not_exists(#p)",
                            ReturnValuesOnConditionCheckFailure="ALL_OLD",
                        )
                    },
                ]
            },
        ),
        ("Query", query("#p = :p", {":p": {"S": "u"}})),
    ],
    "transaction on one row twice": [
        ("TransactWriteItems", {"TransactItems": [put("v", 1), {"Delete": key("v", 1)}]})
    ],
    "transaction with an index key of a wrong type": [
        ("TransactWriteItems", {"TransactItems": [put("x", 1), put("x", 2, group={"N": "1"})]}),
        ("Query", query("#p = :p", {":p": {"S": "x"}})),
    ],
    "transaction that comes again with its token": [
        ("TransactWriteItems", {"TransactItems": [put("y", 1)], "ClientRequestToken": "again"}),
        ("DeleteItem", key("y", 1)),
        ("TransactWriteItems", {"TransactItems": [put("y", 1)], "ClientRequestToken": "again"}),
        ("GetItem", key("y", 1)),
        ("TransactWriteItems", {"TransactItems": [put("y", 2)], "ClientRequestToken": "again"}),
    ],
    "transaction read": [
        ("TransactGetItems", {"TransactItems": [{"Get": key("seed", 7)}, {"Get": key("seed", 8)}]})
    ],
}
