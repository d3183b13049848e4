"""The contract suites are plain modules: pytest is told to explain their assertions too."""

import pytest

pytest.register_assert_rewrite("tests.contract.sender_contract", "tests.contract.poller_contract")
