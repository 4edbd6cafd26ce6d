"""Recipes and `--set`: what they may say, and what is said back when they are wrong."""

import pytest

from flows.params import CurateParams
from flows.recipe import all_names, read_params
from tasks.base.errors import UsageError


def test_the_defaults_stand_when_nothing_is_said():
    assert read_params(CurateParams, None, []) == CurateParams()


def test_set_overrides_the_recipe(tmp_path):
    recipe = tmp_path / "r.yaml"
    recipe.write_text("dedup: {near: {threshold: 0.9}}\nseed: 3\n")

    params = read_params(CurateParams, recipe, ["dedup.near.threshold=0.8"])

    assert (params.dedup.near.threshold, params.seed) == (0.8, 3)


def test_values_are_read_as_yaml():
    settings = ["export.formats=[trl, parquet]", "redact.strict=true", "validate.max_turns=7"]
    params = read_params(CurateParams, None, settings)

    assert params.export.formats == ("trl", "parquet")
    assert params.redact.strict
    assert params.validate_.max_turns == 7


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("near.threshold=0.5", "did you mean 'dedup.near'"),
        ("treshold=0.5", "no such parameter"),
        ("dedup.near.threshold=7", "dedup.near.threshold = 7: input should be less than"),
        ("dedup.near.threshold=high", "dedup.near.threshold = 'high'"),
        ("redact.mode=maskk", "redact.mode = 'maskk'"),
        ("redact.entities=[EMAIL_ADRESS]", "did you mean 'EMAIL_ADDRESS'"),
        ("strict", "KEY=VALUE"),
        ("=3", "KEY=VALUE"),
        ("seed.x=3", "seed = {'x': 3}"),
        ("export.formats=[alpacca]", "'alpaca'"),
        ("export.formats=[]", "export.formats"),
        ("split={validation: 0.6, test: 0.5}", "leave nothing to train on"),
        ("ingest.text_columns.prompt=a", "prompt and an answer column"),
    ],
)
def test_a_wrong_setting_names_itself_and_the_way_out(setting, said):
    with pytest.raises(UsageError) as error:
        read_params(CurateParams, None, [setting])
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"- a\n- b\n", "must be a mapping"),
        (b"a: [1,\n", "line 2: is not YAML"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
    ids=["a list", "broken", "binary"],
)
def test_a_wrong_recipe_says_where(body, said, tmp_path):
    recipe = tmp_path / "r.yaml"
    recipe.write_bytes(body)
    with pytest.raises(UsageError, match=said):
        read_params(CurateParams, recipe, [])


def test_two_settings_that_exclude_each_other_are_told_apart():
    with pytest.raises(UsageError, match="holds a value, not a section"):
        read_params(CurateParams, None, ["seed=3", "seed.x=4"])


def test_every_name_of_the_contract_is_a_parameter():
    names = all_names(CurateParams)
    for name in ("redact.mode", "redact.strict", "dedup.near.threshold", "runner", "seed",
                 "split.validation", "split.test", "export.formats", "gates"):  # fmt: skip
        assert name in names
