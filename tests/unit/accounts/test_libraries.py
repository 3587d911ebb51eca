"""Who may touch the libraries that sign and hash, how, and when they are loaded."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_TREES = {
    str(path.relative_to(_ROOT)): ast.parse(path.read_text())
    for top in ("handler", "infra")
    for path in sorted((_ROOT / top).rglob("*.py"))
}
_OWNERS = {
    "jose": {"handler/accounts/tokens.py", "handler/accounts/keyring.py"},
    "passlib": {"handler/accounts/passwords.py"},
    "bcrypt": {"handler/accounts/passwords.py"},
    "argon2": set(),
    "ecdsa": set(),
    "jinja2": {"handler/mail/service.py"},
}
_HEAVY = {"argon2", "bcrypt", "cryptography", "ecdsa", "jinja2", "jose", "passlib", "multipart"}
_VERIFIERS = {"decode", "verify"}


def imported(tree):
    """Every module, and every name in one, that a module imports, as dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded_after(program):
    """The top-level packages that a fresh interpreter has loaded after a program."""
    ended = subprocess.run(  # noqa: S603 - a program of this file
        [
            sys.executable,
            "-c",
            f"{program}\nimport sys, json; print(json.dumps(sorted(sys.modules)))",
        ],
        cwd=_ROOT,
        env={
            "STAGE": "local",
            "RESOURCE_PREFIX": "dunlin-local-",
            "QUEUE_BASE": "https://sqs.eu-west-1.amazonaws.com/123456789012/",
            "AWS_DEFAULT_REGION": "eu-west-1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(ended.stdout.splitlines()[-1])}


@pytest.mark.parametrize("library", _OWNERS)
def test_a_library_has_its_owners(library):
    """Others go through them, so that there is one place to look at."""
    users = {
        path
        for path, tree in _TREES.items()
        if any(name.partition(".")[0] == library for name in imported(tree))
    }
    assert users == _OWNERS[library]


def test_nothing_is_encrypted_with_jose():
    """B17: JWE is never loaded by us."""
    names = {name for tree in _TREES.values() for name in imported(tree)}
    assert not {name for name in names if "jwe" in name}


def verifications():
    """Every call that reads a signed token with jose."""
    for path in _OWNERS["jose"]:
        for node in ast.walk(_TREES[path]):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"jwt", "jws"}
                and node.func.attr in _VERIFIERS
            ):
                yield node


def test_tokens_are_verified_with_one_algorithm():
    """B3: `algorithms` is a list of one literal; nothing a header says can widen it."""
    found = list(verifications())
    assert found
    for call in found:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given == {"algorithms": "['ES256']"}


def test_unverified_reading_is_not_used():
    """B3: jose's functions that read without verifying are not for us."""
    text = " ".join(ast.unparse(_TREES[path]) for path in _OWNERS["jose"])
    assert "get_unverified" not in text
    assert "verify_signature" not in text


@pytest.mark.parametrize("door", ["api", "operators"])
def test_a_door_opens_without_heavy_libraries(door):
    """Most requests need none of them: a cold start does not pay for them."""
    assert not loaded_after(f"import handler.{door}") & _HEAVY


_SIGNS = """
from handler.accounts import keyring, tokens
ring = keyring.KeyRing(1, (keyring.SigningKey("0" * 16, 0, keyring._new_pem()),), 1e12)
keyring._Cache.ring = ring
tokens.read(tokens.issue("ann", "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"))
"""


def test_signing_loads_jose_and_not_ecdsa():
    """The package with a flaw that is not mended stays unused (traps.md)."""
    loaded = loaded_after(_SIGNS)
    assert {"jose", "cryptography"} <= loaded
    assert not {"ecdsa", "argon2", "passlib", "jinja2"} & loaded


def test_hashing_loads_neither_jose_nor_bcrypt():
    """Bcrypt is for accounts that came from elsewhere."""
    loaded = loaded_after("from handler.accounts import passwords\npasswords.hashed('x' * 15)")
    assert {"passlib", "argon2"} <= loaded
    assert not {"jose", "bcrypt", "jinja2"} & loaded
