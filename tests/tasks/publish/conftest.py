"""Runs to publish, made once for all tests that only look at them."""

import pytest

from tasks.base.ledger import build_ledger
from tests.tasks.publish.small_run import small_run


@pytest.fixture(scope="session")
def plan(tmp_path_factory):
    """A run with redaction."""
    return small_run(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def open_plan(tmp_path_factory):
    """A run without redaction."""
    return small_run(tmp_path_factory.mktemp("open"), redacted=False)


@pytest.fixture(scope="session")
def ledger(plan):
    read = plan.raw.rows + plan.quarantine.rows
    return build_ledger(plan.kept, list(plan.results), plan.quarantine, read)
