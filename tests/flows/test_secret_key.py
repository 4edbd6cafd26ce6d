"""API keys from Secret blocks of Prefect."""

import pytest
from prefect.blocks.system import Secret

from tasks.base.errors import UsageError
from tasks.llm.keys import api_key
from tasks.llm.params import LlmParams

pytestmark = pytest.mark.prefect


def key(block):
    return api_key(LlmParams(endpoint="https://x.invalid/v1", model="m", key_secret=block))


def test_a_secret_block_goes_before_the_variable(prefect_server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-variable")
    Secret(value="sk-block").save("door-key", overwrite=True)
    assert key("door-key") == "sk-block"


def test_a_secret_block_that_is_not_there_is_an_error_and_no_way_to_the_variable(
    prefect_server, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-variable")
    with pytest.raises(UsageError, match="'gone': there is no Secret block"):
        key("gone")
