"""The hands of transfers, for transfers of items."""

from tests.integration.transfers.conftest import at_each_transaction, export, import_

__all__ = ["at_each_transaction", "export", "import_"]
