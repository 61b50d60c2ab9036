"""A customer's computer with the real shop for the account's windows."""

from tests.faults.shopping import customer, real_shop, stock
from tests.ui.conftest import agent

__all__ = ["agent", "customer", "real_shop", "stock"]
