"""The small model with an adapter: it begins as the model itself, learns, and is remembered."""

from importlib.util import find_spec

import numpy as np
import pytest

from tasks.base.dataset import read_dataset, write_dataset
from tasks.base.errors import UsageError
from tasks.llm import weights
from tasks.scale.lora import Lora
from tasks.scale.params import PlanParams
from tasks.scale.trainer_params import LoraParams
from tests.builders import table
from tests.tasks.scale.sets import rows

FEW = LoraParams(most_rows=40, held_out=8, seeds=1, sizes=2, max_tokens=96)


@pytest.fixture
def model():
    if find_spec("torch") is None:
        pytest.skip("needs torch: pip install torch")
    if not weights.is_installed(weights.DEFAULT):
        pytest.skip(f"needs the local model: finery models install {weights.DEFAULT}")
    from tasks.llm.likelihood import likelihood_model

    return likelihood_model(weights.DEFAULT)


def row_of(trainer, asked, said):
    import polars as pl

    from tasks.scale.corpus import Corpus

    return trainer._row(Corpus(pl.Series([asked]), pl.Series([said])), 0, 0)


def test_before_it_learns_it_is_the_model_itself(model):
    from tasks.scale.adapter import Adapter

    row = row_of(Lora(FEW), "Name a bird that sings.", "The wren sings all year.")
    adapter = Adapter(model.model, FEW.layers, FEW.rank, FEW.rate, 0)
    (likely,) = model.model.log_probs([(row.tokens, row.answer)])
    assert adapter.loss([row]) == pytest.approx(-float(np.mean(likely)), abs=2e-3)


def test_it_learns_what_it_is_shown(model):
    from tasks.scale.adapter import Adapter

    trainer = Lora(FEW)
    row = row_of(trainer, "What is the word of the day?", "Zyzzyva, said the heron twice.")
    adapter = Adapter(model.model, FEW.layers, FEW.rank, 2e-3, 0)
    before = adapter.loss([row])
    for _ in range(8):
        adapter.step([row])
    assert adapter.loss([row]) < 0.7 * before


def test_a_curve_falls_and_is_paid_for_once(model, tmp_path):
    from tasks.scale.experiment import run_lora

    some = write_dataset(table(*rows(120)).collect(), str(tmp_path))
    once = read_dataset(run_lora.fn(some, some, {}, PlanParams(), FEW, 0).points).collect()
    again = read_dataset(run_lora.fn(some, some, {}, PlanParams(), FEW, 0).points).collect()
    assert once.sort("size")["value"].is_sorted(descending=True)
    assert again["remembered"].all()
    assert again["value"].to_list() == once["value"].to_list()


def test_what_is_missing_is_told_before_anything_is_computed(monkeypatch):
    monkeypatch.setattr("tasks.scale.lora.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs torch"):
        Lora(FEW)
