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
        ("seed=99999999999999999999", "seed = 99999999999999999999: input should be less"),
        ("score.judge.seed=18446744073709551616", "input should be less than"),
        ("score.exam.scale=[5, 1]", "the lowest rating goes first"),
        ("llm.budget.money=.inf", "finite number"),
        ("llm.model=\udcff", "is no UTF-8"),
        ("llm.endpoint=foo", "without a user, a key or a query"),
        ("llm.endpoint=https://a b/v1", "such as https://api.openai.com/v1"),
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
    for name in ("redact.mode", "redact.strict", "dedup.near.threshold", "protect", "runner",
                 "seed", "split.validation", "split.test", "export.formats", "gates"):  # fmt: skip
        assert name in names


@pytest.mark.parametrize(
    "setting",
    [
        "llm.key_variable=sk-proj-abcdef0123456789",
        "llm.key_variable=hf_abcdefghijklmnop",
        "score.judge.key_variable=gsk_ABCdef",
        "llm.key_secret=sk-ABCdef0123",
        "llm.endpoint=https://user:s3cretpw@example.org/v1",
        "llm.endpoint=https://example.org/v1?key=s3cretpw",
        "llm.endpoint=https://example.org/v1#sk-abcdef",
        "score.reward.endpoint=https://s3cretpw@example.org",
    ],
)
def test_a_key_in_the_wrong_parameter_is_turned_away_and_not_repeated(setting):
    with pytest.raises(UsageError) as error:
        read_params(CurateParams, None, [setting])
    assert setting.split("=", 1)[1] not in str(error.value)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("text", ["2024-02-03", "2024-02-31", "123", "true", "1.0", "'quoted'"])
def test_where_a_text_is_wanted_it_stands_as_it_was_typed(text):
    params = read_params(CurateParams, None, [f"llm.revision={text}"])
    assert params.llm.revision == text.strip("'")


def test_an_empty_section_of_a_recipe_is_no_value(tmp_path):
    recipe = tmp_path / "r.yaml"
    recipe.write_text("llm:\nscore:\n  judge:\n")
    params = read_params(CurateParams, recipe, ["llm.model=x", "score.judge.samples=2"])
    assert (params.llm.model, params.score.judge.samples) == ("x", 2)


@pytest.mark.parametrize("body", ["a: 2024-02-31\n", "a: " + "[" * 2000 + "]" * 2000])
def test_yaml_that_cannot_be_meant_is_a_clear_error(tmp_path, body):
    recipe = tmp_path / "r.yaml"
    recipe.write_text(body)
    with pytest.raises(UsageError, match="is not YAML"):
        read_params(CurateParams, recipe, [])
