"""What of an OpenAPI document is only added to, and what breaks a client."""

from copy import deepcopy

import pytest

from tests.releases.operations import broken, line

_PROBLEM = {"properties": {"code": {"type": "string", "enum": ["not_found", "too_many"]}}}
_LAMP_IN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 80},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "color": {"type": "string", "enum": ["red", "blue"], "default": "red"},
    },
}
_LAMP_OUT = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "state": {"type": "string", "enum": ["on", "off"]},
        "power": {"type": "integer", "maximum": 100},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/LampOut"}},
    },
}
_DOCUMENT = {
    "info": {"version": "0.1.0"},
    "components": {"schemas": {"LampIn": _LAMP_IN, "LampOut": _LAMP_OUT}},
    "paths": {
        "/lamps": {
            "post": {
                "operationId": "create_lamp",
                "security": [{"bearer": []}],
                "parameters": [
                    {"in": "query", "name": "dry", "schema": {"type": "boolean", "default": False}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/LampIn"}}
                    },
                },
                "responses": {
                    "201": {
                        "headers": {"ETag": {}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/LampOut"}}
                        },
                    },
                    "404": {"content": {"application/problem+json": {"schema": _PROBLEM}}},
                },
            }
        }
    },
}
_POST = "POST /lamps"


class Change:
    """A document that is about to change, with names for its parts."""

    def __init__(self):
        self.document = deepcopy(_DOCUMENT)
        self.post = self.document["paths"]["/lamps"]["post"]
        named = self.document["components"]["schemas"]
        self.taken, self.answered = (named[name]["properties"] for name in ("LampIn", "LampOut"))
        self.lamp_in, self.lamp_out = named["LampIn"], named["LampOut"]
        self.codes = self.post["responses"]["404"]["content"]["application/problem+json"]["schema"][
            "properties"
        ]["code"]["enum"]

    @property
    def broken(self):
        """What is broken now."""
        return broken(_DOCUMENT, self.document)


@pytest.fixture
def change():
    """Give a document that is as it was."""
    return Change()


def test_nothing_need_change(change):
    """The same document again breaks nobody."""
    assert change.broken == []


class TestGains:
    """What any client can live with."""

    def test_an_operation_comes(self, change):
        """On a path of its own, or on one that was there."""
        change.document["paths"]["/shades"] = {"get": change.post}
        change.document["paths"]["/lamps"]["get"] = change.post
        assert change.broken == []

    def test_an_optional_parameter_comes(self, change):
        """Those who do not know it leave it out."""
        change.post["parameters"].append({"in": "query", "name": "more", "schema": {}})
        assert change.broken == []

    def test_a_body_has_another_optional_field(self, change):
        """Those who do not know it leave it out."""
        change.taken["size"] = {"type": "integer"}
        assert change.broken == []

    def test_a_body_need_not_have_a_field(self, change):
        """Those who send it go on."""
        change.lamp_in["required"] = []
        assert change.broken == []

    def test_a_body_takes_more(self, change):
        """Longer texts, other values, other kinds."""
        change.taken["name"]["maxLength"] = 100
        change.taken["color"]["enum"].append("green")
        change.taken["note"]["anyOf"].append({"type": "integer"})
        assert change.broken == []

    def test_an_answer_has_another_field(self, change):
        """Clients pass over what they do not know."""
        change.answered["age"] = {"type": "integer"}
        change.lamp_out["required"].append("age")
        assert change.broken == []

    def test_an_answer_may_be_less(self, change):
        """Smaller numbers, fewer values, never absent."""
        change.answered["power"]["maximum"] = 50
        change.answered["state"]["enum"].remove("off")
        change.lamp_out["required"].append("power")
        assert change.broken == []

    def test_a_refusal_has_another_code(self, change):
        """Programs pass it on, as all that they do not know."""
        change.codes.append("too_late")
        assert change.broken == []

    def test_another_way_to_be_let_in_comes(self, change):
        """Also none at all."""
        change.post["security"] = [{"key": []}, {"bearer": []}]
        assert change.broken == []
        change.post["security"] = []
        assert change.broken == []

    def test_words_change(self, change):
        """Descriptions, titles and examples are for people."""
        change.taken["name"] |= {"description": "New.", "title": "New", "examples": ["new"]}
        assert change.broken == []


class TestLosses:
    """What some client would miss; each is said with its place."""

    def test_an_operation_goes(self, change):
        """It would be a 404 or 405."""
        change.document["paths"]["/lamps"]["put"] = change.document["paths"]["/lamps"].pop("post")
        assert change.broken == [f"{_POST}: is gone"]

    def test_a_method_of_generated_clients_is_renamed(self, change):
        """Its name is the operation's id."""
        change.post["operationId"] = "make_lamp"
        assert change.broken == [f"{_POST}: operationId was create_lamp, is make_lamp"]

    def test_some_are_let_in_no_longer(self, change):
        """They have nothing else to show."""
        change.post["security"] = [{"key": []}]
        assert change.broken == [f"{_POST}: lets nobody in any more by bearer"]

    def test_a_token_is_asked_of_everybody(self, change):
        """Who had none was let in."""
        found = broken({**_DOCUMENT, "paths": {"/lamps": {"post": _open()}}}, change.document)
        assert found == [f"{_POST}: lets nobody in any more without a token"]

    def test_a_parameter_goes(self, change):
        """It would be ignored or refused."""
        change.post["parameters"] = []
        assert change.broken == [f"{_POST} query.dry: is gone"]

    def test_a_parameter_must_be_given(self, change):
        """Also one that is new."""
        change.post["parameters"][0]["required"] = True
        change.post["parameters"].append({"in": "header", "name": "a", "required": True})
        assert change.broken == [
            f"{_POST} header.a: is required now",
            f"{_POST} query.dry: is required now",
        ]

    def test_a_parameter_means_something_else_when_left_out(self, change):
        """Its default is what clients rely on without saying so."""
        change.post["parameters"][0]["schema"]["default"] = True
        assert change.broken == [f"{_POST} query.dry: its default was False, is True"]

    def test_a_body_must_be_given(self, change):
        """It was optional."""
        old = deepcopy(_DOCUMENT)
        del old["paths"]["/lamps"]["post"]["requestBody"]["required"]
        assert broken(old, change.document) == [f"{_POST} body: is required now"]

    def test_a_body_goes(self, change):
        """What is sent is not looked at."""
        del change.post["requestBody"]
        assert change.broken == [f"{_POST} body: application/json is gone"]

    def test_a_field_must_be_given(self, change):
        """Also one that is new."""
        change.lamp_in["required"] = ["name", "note", "size"]
        change.taken["size"] = {"type": "integer"}
        assert change.broken == [
            f"{_POST} body.note: is required now",
            f"{_POST} body.size: is required now",
        ]

    def test_a_field_of_a_body_goes(self, change):
        """Extra fields are refused."""
        del change.taken["note"]
        assert change.broken == [f"{_POST} body.note: is gone"]

    @pytest.mark.parametrize(
        ("field", "now", "said"),
        [
            ("name", {"maxLength": 79}, "maxLength was 80, is 79"),
            ("name", {"minLength": 1}, "minLength was not there, is 1"),
            ("name", {"pattern": "^a"}, "pattern was not there, is ^a"),
            ("name", {"type": "integer"}, "was string, is integer"),
            ("color", {"enum": ["red"]}, "no longer takes 'blue'"),
            ("name", {"enum": ["red"]}, "no longer takes other values than 'red'"),
        ],
        ids=str,
    )
    def test_a_body_takes_less(self, change, field, now, said):
        """What was accepted is refused."""
        change.taken[field] |= now
        assert change.broken == [f"{_POST} body.{field}: {said}"]

    def test_a_body_no_longer_takes_one_kind(self, change):
        """Null, for those who sent it."""
        change.taken["note"]["anyOf"].pop()
        assert change.broken == [f"{_POST} body.note: was null, is string"]

    def test_an_answer_goes(self, change):
        """Or one of its headers."""
        del change.post["responses"]["201"]["headers"]["ETag"]
        del change.post["responses"]["404"]
        assert change.broken == [f"{_POST} 201 header.ETag: is gone", f"{_POST} 404: is gone"]

    def test_an_answer_speaks_another_language(self, change):
        """Its content has another type."""
        contents = change.post["responses"]["201"]["content"]
        contents["text/csv"] = contents.pop("application/json")
        assert change.broken == [f"{_POST} 201: application/json is gone"]

    def test_a_field_of_an_answer_goes(self, change):
        """Or may be absent."""
        del change.answered["power"]
        change.lamp_out["required"].remove("state")
        assert change.broken == [
            f"{_POST} 201.power: is gone",
            f"{_POST} 201.state: may be missing now",
        ]

    @pytest.mark.parametrize(
        ("field", "now", "said"),
        [
            ("state", {"enum": ["on", "off", "dim"]}, "may now be 'dim'"),
            ("power", {"maximum": 101}, "maximum was 100, is 101"),
            ("power", {"type": "number"}, "was integer, is number"),
            ("power", {"type": "string"}, "was integer, is string"),
            ("id", {"pattern": "."}, "pattern was ^[0-9]+$, is ."),
        ],
        ids=str,
    )
    def test_an_answer_may_be_more(self, change, field, now, said):
        """A client gets what it has never seen."""
        change.answered[field] |= now
        assert change.broken == [f"{_POST} 201.{field}: {said}"]

    def test_an_answer_may_be_null(self, change):
        """Which few languages pass over."""
        old = change.answered["power"]
        change.answered["power"] = {"anyOf": [old, {"type": "null"}]}
        assert change.broken == [f"{_POST} 201.power: was integer, is null"]

    def test_the_elements_of_an_array_are_others(self, change):
        """An array is what is in it."""
        change.answered["parts"]["items"] = {"type": "string"}
        assert change.broken == [f"{_POST} 201.parts[]: was LampOut, is string"]

    def test_a_refusal_has_one_code_less(self, change):
        """Programs that switch on it never get there."""
        change.codes.remove("too_many")
        assert change.broken == [f"{_POST} 404: code 'too_many' is gone"]


class TestDeprecation:
    """What was deprecated in one release may go in one that says so by its version."""

    @pytest.mark.parametrize(
        ("old", "new", "allowed"),
        [
            ("0.1.0", "0.2.0", True),
            ("0.1.0", "0.1.1", False),
            ("1.1.0", "2.0.0", True),
            ("1.1.0", "1.2.0", False),
            ("0.9.0", "1.0.0", True),
        ],
    )
    @pytest.mark.parametrize("part", ["operation", "parameter", "field"])
    def test_goes_with_the_number_that_says_so(self, old, new, allowed, part):
        """The major number, or before 1.0.0 the minor one."""
        before = Change()
        before.document["info"]["version"] = old
        marked = {
            "operation": before.post,
            "parameter": before.post["parameters"][0],
            "field": before.taken["note"],
        }
        marked[part]["deprecated"] = True
        after = Change()
        after.document["info"]["version"] = new
        {
            "operation": after.document["paths"]["/lamps"],
            "parameter": after.post["parameters"],
            "field": after.taken,
        }[part].pop({"operation": "post", "parameter": 0, "field": "note"}[part])
        assert (broken(before.document, after.document) == []) is allowed

    def test_what_was_not_deprecated_stays(self, change):
        """Whatever the version says."""
        change.document["info"]["version"] = "1.0.0"
        del change.taken["note"]
        assert change.broken == [f"{_POST} body.note: is gone"]


def test_a_line_of_versions_breaks_nothing():
    """The number that grows with it is the first that is not zero."""
    assert [line(one) for one in ("0.1.0", "0.1.9", "0.2.0", "1.0.0", "1.2.3")] == [
        *((0, 1), (0, 1), (0, 2)),
        *((1, 0), (1, 0)),
    ]


def _open():
    return {**deepcopy(_DOCUMENT["paths"]["/lamps"]["post"]), "security": []}
