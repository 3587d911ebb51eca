"""README, "Add a feature", carried out with `orders`: its files, its lines elsewhere, commands."""

import shutil
from pathlib import Path

from tests.recipe.copies import Copy
from tests.recipe.edits import Edit

_ORDERS = Path(__file__).parent / "orders"
FOLDERS = {"handler/orders/": _ORDERS / "room", "tests/integration/orders/": _ORDERS / "tests"}
"""Where the files of the feature go."""

EDITS = (
    Edit(
        "handler/api.py",
        "from handler.notifications.router import router as notifications\n",
        """from handler.notifications.router import router as notifications
from handler.orders.router import router as orders
""",
    ),
    Edit("handler/api.py", "ROUTERS = (", "ROUTERS = (orders, "),
    Edit(
        "handler/roster.py",
        "from handler.notifications import jobs as notifications\n",
        """from handler.notifications import jobs as notifications
from handler.orders import jobs as orders
""",
    ),
    Edit("handler/roster.py", "notifications, ", "notifications, orders, "),
    Edit(
        "infra/blueprint/data.py",
        "\nTABLES = (",
        """
ORDERS = Table(
    "orders",
    partition=Key("id"),
    indexes=(Index("owner", partition=Key("owner_id"), sort=Key("id")),),
)

TABLES = (\n    ORDERS,""",
    ),
    Edit(
        "infra/blueprint/functions.py",
        '        Grant("idempotency", ',
        """        Grant("orders", ("dynamodb:GetItem", "dynamodb:PutItem")),
        Grant("orders", ("dynamodb:Query",), indexes=("owner",)),
        Grant("idempotency", """,
    ),
    Edit(
        "infra/blueprint/functions.py",
        'Grant("mail", ("ses:SendEmail",)),\n',
        """Grant("mail", ("ses:SendEmail",)),
        Grant("orders", ("dynamodb:GetItem", "dynamodb:PutItem")),
""",
    ),
    Edit(
        "infra/blueprint/functions.py",
        'Grant("item_terms", ("dynamodb:DeleteItem",)),\n',
        """Grant("item_terms", ("dynamodb:DeleteItem",)),
        Grant("orders", ("dynamodb:DeleteItem",)),
        Grant("orders", ("dynamodb:Query",), indexes=("owner",)),
""",
    ),
    Edit(
        "pyproject.toml", '    "roster | channels",\n', '    "roster | channels",\n    "orders",\n'
    ),
    Edit(
        "tests/integration/test_rights.py",
        '    "GET /jobs": (200, SIGNED_IN),\n',
        """    "GET /jobs": (200, SIGNED_IN),
    "GET /orders": (200, SIGNED_IN),
    "POST /orders": (201, SIGNED_IN),
    "GET /orders/{order_id}": (200, OWNER),
""",
    ),
    Edit(
        "tests/integration/test_rights.py",
        "THINGS = {\n",
        """THINGS = {
    "order_id": lambda: Client().signed_in("ann").post("/orders", ORDER).body["id"],
""",
    ),
    Edit(
        "tests/integration/test_rights.py",
        "BODIES = {\n",
        """ORDER = {"product": "Spotting scope"}
BODIES = {
    "POST /orders": ORDER,
""",
    ),
)

COMMANDS = (
    ("ruff", "format"),
    ("python", "-m", "tests.documents"),
    ("python", "-m", "tests.infra.snapshot"),
)
"""What writes anew what follows from the rest."""
WRITTEN = ("docs/errors.md", "tests/infra/snapshots/")
"""The documents among it that a new feature changes."""

TESTS = (
    "tests/integration/orders",
    "tests/integration/test_rights.py",
    "tests/integration/http/test_document.py",
    "tests/unit",
    "tests/infra/test_agreement.py",
    "tests/infra/test_frame.py",
    "tests/infra/test_snapshots.py",
    "tests/infra/test_stage.py",
    "tests/infra/test_template_data.py",
    "tests/infra/test_template_functions.py",
    "tests/releases",
)
"""Those that a new feature can fail."""


def add(copy: Copy) -> None:
    """Add `orders` to a copy. Raises CommandFailed, Strange."""
    for place, template in FOLDERS.items():
        shutil.copytree(template, copy.folder / place, ignore=shutil.ignore_patterns("__pycache__"))
    copy.edit(EDITS)
    for command in COMMANDS:
        copy.run(*command)
    copy.check(TESTS)
