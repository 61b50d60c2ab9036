"""What of the account depends on the database, once more on each of them: pages, evidence, counts, tokens."""

from tests.reference_shop.test_accounts import (
    account,
    test_a_consent_withdrawn_is_withdrawn_once_and_told_of,
    test_a_withdrawal_takes_back_what_the_order_gave,
    test_orders_come_in_pages,
)
from tests.reference_shop.test_security import (
    test_a_count_ends_with_its_time,
    test_a_letters_token_sets_a_new_password_once,
    test_counts_outlive_the_process_and_are_shared,
    test_of_many_posts_of_one_token_at_once_one_sets_its_password,
    token,
)

BOTH_DATABASES = True

__all__ = [
    "account",
    "test_a_consent_withdrawn_is_withdrawn_once_and_told_of",
    "test_a_count_ends_with_its_time",
    "test_a_letters_token_sets_a_new_password_once",
    "test_a_withdrawal_takes_back_what_the_order_gave",
    "test_counts_outlive_the_process_and_are_shared",
    "test_of_many_posts_of_one_token_at_once_one_sets_its_password",
    "test_orders_come_in_pages",
    "token",
]
