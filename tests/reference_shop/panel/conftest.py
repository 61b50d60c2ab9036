"""Visitors of the panel, before and after the login."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from r2_renewal.reference_shop.seed import PreparedShop
from tests.reference_shop.module import Module
from tests.reference_shop.panel.visitor import Visitor, logged_in


@pytest.fixture
def visitor(serve: Callable[..., Module]) -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(serve().http)


@pytest.fixture
def account(visitor: Visitor, prepared: PreparedShop) -> Visitor:
    """The demo's customer, logged in."""
    return logged_in(visitor, prepared)


@pytest.fixture
def program(serve: Callable[..., Module], prepared: PreparedShop) -> Module:
    """The same customer's program, logged in by the same password, on the same shop."""
    return serve().log_in(prepared.account_email, prepared.account_password)
