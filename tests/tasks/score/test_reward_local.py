"""Rewards by a classifier on this machine: a real one, of a dozen numbers."""

import json
import sys

import pytest

from tasks.base.dataset import read_dataset
from tasks.base.errors import UsageError
from tasks.score.reward import score_reward
from tasks.score.reward_local import LocalScorer
from tasks.score.reward_params import RewardParams
from tests.builders import row, turn
from tests.tasks.score.tiny_onnx import classifier

pytest.importorskip(
    "onnxruntime",
    reason="needs onnxruntime, an extra: pip install onnxruntime",
    exc_type=ImportError,
)

WORDS = ["[CLS]", "[SEP]", "ask", "good", "bad", "[UNK]", "user", "assistant"]
VOTES = [[0.0], [0.0], [0.0], [8.0], [-8.0], [0.0], [0.0], [0.0]]


def tokenizer():
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.processors import TemplateProcessing

    words = Tokenizer(WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = WhitespaceSplit()
    words.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 0), ("[SEP]", 1)],
    )  # fmt: skip
    return words.to_str()


@pytest.fixture
def folder(tmp_path):
    """A model that likes `good` and dislikes `bad`."""
    return laid_out(tmp_path / "rm")


def laid_out(place, votes=VOTES, segments=((0.0,), (0.0,)), **files):
    place.mkdir(exist_ok=True)
    (place / "model.onnx").write_bytes(classifier(votes, segments))
    (place / "tokenizer.json").write_text(tokenizer())
    for name, content in files.items():
        (place / f"{name}.json").write_text(json.dumps(content))
    return place


def said(*answers, prompt="ask"):
    return [
        [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
        for answer in answers
    ]


def scores(folder, conversations, store, label=-1):
    return [s for _, s in LocalScorer(str(folder), str(store), label).score(conversations)]


def test_prompt_and_answer_are_read_as_a_pair(folder, tmp_path):
    """Of [CLS] ask [SEP] good [SEP] one token of five votes 8."""
    found = scores(folder, said("good", "bad", "good good"), tmp_path)
    assert [s.value for s in found] == pytest.approx([8 / 5, -8 / 5, 16 / 6])


def test_the_model_is_told_which_part_is_the_answer(tmp_path):
    silent = [[0.0]] * 8
    folder = laid_out(tmp_path / "rm", silent, ((0.0,), (1.0,)))
    assert scores(folder, said("good good"), tmp_path)[0].value == pytest.approx(3 / 6)


def test_of_several_classes_the_one_that_is_named_counts(tmp_path):
    votes = [[0.0, v[0]] for v in VOTES]
    folder = laid_out(tmp_path / "rm", votes, ((0.0, 0.0), (0.0, 0.0)))
    last, first = (scores(folder, said("good"), tmp_path, label)[0].value for label in (-1, 0))
    assert last > 0.8
    assert last + first == pytest.approx(1)


TEMPLATE = "{% for m in messages %}{{ m.role }} {{ m.content }} {{ eos_token }} {% endfor %}"


@pytest.mark.parametrize("eos", ["[SEP]", {"content": "[SEP]", "lstrip": False}])
def test_a_chat_template_renders_the_whole_conversation(tmp_path, eos):
    wording = {"chat_template": TEMPLATE, "eos_token": eos}
    folder = laid_out(tmp_path / "rm", tokenizer_config=wording)
    # user ask [SEP] assistant good [SEP]: six tokens, and no [CLS] of the pair
    assert scores(folder, said("good"), tmp_path)[0].value == pytest.approx(8 / 6)


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages.append(1) }}",
        "{{ messages.__class__.__mro__[1].__subclasses__() }}",
        "{{ raise_exception('Conversation roles must alternate') }}",
        "{{ no_such_function() }}",
    ],
)
def test_a_row_that_a_chat_template_does_not_take_is_rejected(tmp_path, template):
    """Also where the template tries to reach out of its sandbox."""
    wording = {
        "chat_template": "{% if messages[1].content == 'bad' %}" + template + "{% endif %}good"
    }
    folder = laid_out(tmp_path / "rm", tokenizer_config=wording)
    good, bad = scores(folder, said("good", "bad"), tmp_path)
    assert (good.value, good.reason) == (8.0, None)
    assert (bad.value, bad.reason) == (None, "call_rejected")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_a_wrong_setting(folder, tmp_path, name):
    (folder / name).write_bytes(b"{")
    with pytest.raises(UsageError, match="are no classifier"):
        scores(folder, said("good"), tmp_path)


def test_a_broken_chat_template_is_a_wrong_setting(tmp_path):
    folder = laid_out(tmp_path / "rm", tokenizer_config={"chat_template": "{% if %}"})
    with pytest.raises(UsageError, match="chat template"):
        scores(folder, said("good"), tmp_path)


def test_a_conversation_longer_than_the_model_reads_is_not_cut(tmp_path):
    folder = laid_out(tmp_path / "rm", config={"max_position_embeddings": 6})
    fits, too_long = scores(folder, said("good good", "good good good"), tmp_path)
    assert (fits.value, fits.reason) == (pytest.approx(16 / 6), None)
    assert (too_long.value, too_long.reason) == (None, "too_long")


def test_a_head_that_gives_no_number_is_unparsable(tmp_path):
    votes = [[float("nan")] if v[0] > 0 else v for v in VOTES]
    folder = laid_out(tmp_path / "rm", votes)
    good, bad = scores(folder, said("good", "bad"), tmp_path)
    assert (good.value, good.reason) == (None, "unparsable")
    assert bad.value == pytest.approx(-8 / 5)


def test_a_score_is_remembered_with_the_model_that_gave_it(folder, tmp_path, monkeypatch):
    first = scores(folder, said("good", "bad", "good"), tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(LocalScorer, "_score", lambda *_: pytest.fail("it is remembered"))
        assert scores(folder, said("good", "bad", "good"), tmp_path) == first
    laid_out(folder, [[-v[0]] for v in VOTES])
    assert scores(folder, said("good"), tmp_path)[0].value == pytest.approx(-8 / 5)


def test_the_stage_scores_rows_and_pairs(folder, store):
    rows = (row("a", "ask", "good", rejected=[turn("assistant", "bad")]), row("b", "ask", ""))
    params = RewardParams(route="local", model=str(folder))
    result = score_reward.fn(store(*rows), params)
    found = read_dataset(result.data).collect()
    assert found["score_reward"].to_list() == [pytest.approx(8 / 5), None]
    assert found["score_reward_margin"].to_list() == [pytest.approx(16 / 5), None]
    assert found["score_reward_reason"].to_list() == [None, "no_answer"]


def test_a_package_may_hold_the_model(tmp_path, monkeypatch):
    place = tmp_path / "tiny_reward_model"
    place.mkdir()
    (place / "__init__.py").write_text("raise ImportError('it is looked into, not run')")
    laid_out(place)
    monkeypatch.syspath_prepend(tmp_path)
    assert scores("tiny_reward_model", said("good"), tmp_path)[0].value == pytest.approx(8 / 5)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_folder_without_its_files_is_a_wrong_setting(folder, tmp_path, name):
    (folder / name).unlink()
    with pytest.raises(UsageError, match=name):
        LocalScorer(str(folder), str(tmp_path), -1)


@pytest.mark.parametrize("name", ["no_such_package", "no/such/folder", "no.such.package"])
def test_a_model_that_is_nowhere_is_a_wrong_setting(tmp_path, name):
    with pytest.raises(UsageError, match="no local classifier"):
        LocalScorer(name, str(tmp_path), -1)


def test_without_the_engine_the_error_says_how_to_get_it(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UsageError, match="pip install onnxruntime"):
        scores(folder, said("good"), tmp_path)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"config": {"max_position_embeddings": "abc"}}, "must be a number of tokens"),
        ({"config": {"max_position_embeddings": True}}, "must be a number of tokens"),
        ({"tokenizer_config": {"chat_template": [{"name": "tool_use", "template": "x"}]}},
         "none that is named default"),
    ],
)  # fmt: skip
def test_a_config_that_cannot_be_meant_is_a_clear_error(tmp_path, files, told):
    scorer = LocalScorer(str(laid_out(tmp_path / "rm", **files)), str(tmp_path), -1)
    with pytest.raises(UsageError, match=told):
        list(scorer.score(said("good")))


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe{}"])
def test_a_config_that_is_no_json_is_a_clear_error(tmp_path, content):
    folder = laid_out(tmp_path / "rm")
    (folder / "config.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"config.json of the local reward model is no JSON"):
        list(LocalScorer(str(folder), str(tmp_path), -1).score(said("good")))


@pytest.mark.parametrize("template", ["{{ 1 // 0 }}", "{{ messages + 1 }}", "{{ range(10**9) }}"])
def test_a_template_that_fails_on_a_row_rejects_that_row(tmp_path, template):
    folder = laid_out(tmp_path / "rm", tokenizer_config={"chat_template": template})
    found = list(LocalScorer(str(folder), str(tmp_path), -1).score(said("good")))
    assert [scored.reason for _, scored in found] == ["call_rejected"]


def test_of_several_templates_the_default_one_is_taken(tmp_path):
    one = {"name": "default", "template": "{{ messages[-1].content }}"}
    folder = laid_out(tmp_path / "rm", tokenizer_config={"chat_template": [one]})
    [(_, found)] = LocalScorer(str(folder), str(tmp_path), -1).score(said("good good"))
    assert found.value == 8.0


def test_a_tokenizer_of_another_model_is_a_clear_error(tmp_path):
    scorer = LocalScorer(str(laid_out(tmp_path / "rm", votes=VOTES[:2])), str(tmp_path), -1)
    with pytest.raises(UsageError, match="belong together"):
        list(scorer.score(said("good")))


@pytest.mark.parametrize("name", ["__main__", "no_such_package_at_all", "json.decoder"])
def test_a_name_that_is_no_package_with_a_model_is_a_clear_error(tmp_path, name):
    with pytest.raises(UsageError, match="is no local classifier"):
        LocalScorer(name, str(tmp_path), -1)
