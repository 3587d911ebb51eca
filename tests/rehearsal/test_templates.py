"""What the functions of a template come to."""

import pytest

from infra.rehearsal.formation.templates import Scope, references, resolved
from infra.rehearsal.kinds import Made, Refused

SCOPE = Scope(
    parameters={"AWS::Region": "r", "Letters": ["a", "b"], "Empty": ""},
    conditions={"Yes": {"Fn::Equals": ["1", "1"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}},
    resources={"Queue": Made("url", {"Arn": "arn:q"})},
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ({"Ref": "AWS::Region"}, "r"),
        ({"Ref": "Queue"}, "url"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:q"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:q"),
        ({"Fn::Join": ["-", ["x", {"Ref": "AWS::Region"}]]}, "x-r"),
        ({"Fn::Sub": "${Queue.Arn}/${AWS::Region}/${!kept}"}, "arn:q/r/${kept}"),
        ({"Fn::Sub": ["${own}", {"own": {"Ref": "Queue"}}]}, "url"),
        ({"Fn::Select": [1, {"Ref": "Letters"}]}, "b"),
        ({"Fn::Split": [":", {"Fn::GetAtt": ["Queue", "Arn"]}]}, ["arn", "q"]),
        ({"Fn::If": ["Yes", 1, 2]}, 1),
        ({"Fn::If": ["No", 1, 2]}, 2),
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, False),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]}, True),
        ({"Fn::Contains": [["1", "2"], "3"]}, False),
        ({"kept": 1, "gone": {"Ref": "AWS::NoValue"}}, {"kept": 1}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
    ],
)
def test_a_function_comes_to_its_value(written, value):
    """Each as CloudFormation documents it."""
    assert resolved(written, SCOPE) == value


@pytest.mark.parametrize(
    "written",
    [
        {"Fn::Cidr": ["10.0.0.0/8", 1, 8]},
        {"Ref": "Nobody"},
        {"Fn::GetAtt": ["Queue", "Colour"]},
        {"Fn::If": ["Perhaps", 1, 2]},
        "{{resolve:ssm:name}}",
    ],
)
def test_what_is_not_known_is_refused(written):
    """Nothing becomes an empty text."""
    with pytest.raises(Refused):
        resolved(written, SCOPE)


def test_all_that_is_referred_to_is_found():
    """However it is written, and as deep as it is."""
    written = [{"a": {"Ref": "A"}}, {"Fn::GetAtt": ["B", "Arn"]}, {"Fn::Sub": "${C.Arn}${!D}"}]
    assert set(references(written)) == {"A", "B", "C"}
