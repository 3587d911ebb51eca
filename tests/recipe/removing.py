"""README, "Remove a feature", carried out with `items`: its folders, lines elsewhere, commands."""

import re
import shutil

from tests.recipe.copies import Copy
from tests.recipe.edits import Cut, Edit, Strange

FEATURE = "items"
PLACES = (
    "handler/items/",
    "handler/console/static/items/",
    "infra/local/demo/items.json",
    "tests/recipe/",
    "tests/releases/0.1.0/",
)
"""What goes, beside each folder `items` of the tests: the recipe has nothing left to follow, and
the release was another's."""

EDITS = (
    Cut("handler/api.py", r"^from handler\.items.*\n"),
    Cut("handler/api.py", r"(?<=\*\()items, "),
    Cut("handler/roster.py", r"^from handler\.items.*\n"),
    Cut("handler/roster.py", r"(?<=, )items, "),
    Cut("handler/channels.py", r"^from handler\.items.*\n"),
    Cut("handler/channels.py", r"(?<=^CHANNELS = \()items, "),
    Cut("handler/console/static/routes.js", r"^import \{ items \}.*\n"),
    Cut("handler/console/static/routes.js", r"^  \.\.\.items,\n"),
    Cut("handler/console/static/pages/transfers.js", r'(?<=\[)"items", '),
    Cut("handler/console/static/pages/transfers.js", r'(?<=kind: )"items"', '"account"'),
    Cut("infra/blueprint/data.py", r"^ITEMS = Table\([\s\S]*?^\)\n"),
    Cut("infra/blueprint/data.py", r"^ITEM_TERMS = .*\n"),
    Cut("infra/blueprint/data.py", r"(?<=\()ITEMS, ITEM_TERMS, "),
    Cut("infra/blueprint/functions.py", r"(?<=FILES, )ITEMS, "),
    Cut("infra/blueprint/functions.py", r'^ +Grant\("item(s|_terms)".*\n'),
    Edit(
        "infra/blueprint/functions.py",
        'Grant("idempotency", _ITEM_ROWS)',
        'Grant("idempotency", ("dynamodb:GetItem",))',
    ),
    Cut("pyproject.toml", r'^    "items",\n'),
    Cut("tests/integration/test_rights.py", r'^    "[A-Z]+ /items.*\n'),
    Cut("tests/integration/test_rights.py", r'^    "item_id": .*\n'),
    Cut("tests/integration/test_rights.py", r"^ITEM = .*\n"),
    Cut("tests/conftest.py", r"\n\n@pytest\.fixture\ndef new_item\(\)[\s\S]*?\n    \}\n"),
    Cut("tests/bill/kinds.py", r"^from tests\.bill\.items.*\n"),
    Cut("tests/bill/kinds.py", r"^    \*\*items\.KINDS,\n"),
    Cut("tests/bill/scene.py", r"^from tests\.bill\.items.*\n"),
    Cut("tests/bill/scene.py", r"^ +catalogue\.fill.*\n"),
    Cut("infra/costs/assumptions.py", r'^    "(\w*_item\w*|list_\w+|search)": .*\n'),
    Cut("infra/costs/assumptions.py", r'(?<="get_me": )0\.10', "0.95"),
    Cut("docs/deploy.md", r"`items` with `item_terms`, "),
    Cut("docs/deploy.md", r"`items`, (?=`jobs`)"),
    Cut("docs/deploy.md", r"(?<=dunlin-prod-)items\b", "accounts"),
    Cut("docs/deploy.md", r"(?<=dunlin restore )(\w+) items\b", r"\1 accounts"),
    Cut("docs/deploy.md", r"\bitem_terms\b", "account_emails"),
    Cut("docs/runbook.md", r"(?<=dunlin-prod-)items\b", "accounts"),
    Cut("Makefile", r"^recipe: [\s\S]*?\n\n"),
    Cut("Makefile", r"(?<=rehearse )recipe "),
    Cut(".ci/run", r"^make recipe .*\n"),
    Cut("tests/infra/test_frame.py", r'"recipe", |"make recipe", '),
)

COMMANDS = (
    ("ruff", "format"),
    ("python", "-m", "tests.documents"),
    ("python", "-m", "tests.infra.snapshot"),
    ("python", "-m", "tests.bill"),
    ("python", "-m", "tests.releases"),
)
"""What writes anew what follows from the rest."""
WRITTEN = (
    "docs/errors.md",
    "tests/infra/snapshots/",
    "infra/costs/bill.json",
    "docs/cost.md",
    "README.md",
)
"""What changes by that."""

TESTS = (
    "tests/unit",
    "tests/integration/console",
    "tests/integration/http",
    "tests/integration/test_limits.py",
    "tests/integration/test_rights.py",
    "tests/integration/test_schemas_of_rows.py",
    "tests/integration/jobs/test_closing.py",
    "tests/integration/accounts/test_tokens.py",
    "tests/faults/test_secrets.py",
    "tests/infra/test_agreement.py",
    "tests/infra/test_frame.py",
    "tests/infra/test_runbook.py",
    "tests/infra/test_snapshots.py",
    "tests/infra/test_template_data.py",
    "tests/infra/test_template_functions.py",
    "tests/infra/costs",
    "tests/infra/operating",
    "tests/releases",
)
"""Those that ask of what the feature stood beside."""

_TRACES = re.compile(r"handler\.items|\bnew_item\b|\bitem_terms\b")
_LEFT = "tests/bench/"
"""What measures requests for items, until it is given others."""


def remove(copy: Copy) -> None:
    """Remove `items` from a copy. Raises CommandFailed, Strange."""
    for place in (*PLACES, *_folders(copy)):
        _delete(copy, place)
    copy.edit(EDITS)
    for command in COMMANDS:
        copy.run(*command)
    if left := traces(copy):
        raise Strange(f"{FEATURE} is still named in {', '.join(left)}")
    copy.check(TESTS)


def _folders(copy: Copy) -> list[str]:
    """Its folders among the tests."""
    found = (copy.folder / "tests").rglob(FEATURE)
    return [str(place.relative_to(copy.folder)) for place in found if place.is_dir()]


def _delete(copy: Copy, place: str) -> None:
    path = copy.folder / place
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def traces(copy: Copy) -> list[str]:
    """The modules that still lean on it."""
    names = [
        str(path.relative_to(copy.folder))
        for part in ("handler", "infra", "tests")
        for path in (copy.folder / part).rglob("*.py")
        if _TRACES.search(path.read_text())
    ]
    return [name for name in sorted(names) if not name.startswith(_LEFT)]
