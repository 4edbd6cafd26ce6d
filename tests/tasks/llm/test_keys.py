"""Where keys come from, and that they stay there."""

import pytest

from tasks.base.errors import UsageError
from tasks.llm.keys import NO_KEY, api_key, is_loopback
from tasks.llm.params import LlmParams

REMOTE, HERE = "https://x.invalid/v1", "http://127.0.0.1:1/v1"


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def key(endpoint=REMOTE, **given):
    return api_key(LlmParams(endpoint=endpoint, model="m", **given))


def test_a_key_is_taken_from_the_variable_that_is_named(monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-mine")
    assert key(key_variable="MY_KEY") == "sk-mine"
    with pytest.raises(UsageError, match="environment variable OPENAI_API_KEY"):
        key()


def test_the_end_of_a_line_is_no_part_of_a_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine\n")
    assert key() == "sk-mine"


@pytest.mark.parametrize("value", ["sk-one sk-two", "sk-\r\nHost: evil", "sk-sécret"])
def test_what_can_be_no_key_is_an_error_that_does_not_show_it(monkeypatch, value):
    monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(UsageError, match="the key in OPENAI_API_KEY") as error:
        key()
    assert "sk-" not in str(error.value)


def test_a_server_on_this_machine_needs_no_key():
    assert key(HERE) == NO_KEY
    with pytest.raises(UsageError):
        key("https://10.0.0.1/v1")


def test_a_key_is_not_sent_in_clear_text_to_another_machine(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    assert key(HERE) == "sk-mine"
    with pytest.raises(UsageError, match="clear text") as error:
        key("http://10.0.0.1/v1")
    assert "sk-mine" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://localhost:8000/v1", True), ("http://127.1.2.3/v1", True),
        ("http://[::1]/v1", True),
        ("http://localhost.example/v1", False), ("http://128.0.0.1/v1", False),
        ("http://127.0.0.1.example/v1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_on_this_machine(url, wanted):
    assert is_loopback(url) is wanted
