"""Gold files of every form are read, and no record is lost without a reason."""

import json

import numpy as np
import polars as pl
import pytest

from tasks.base.errors import SourceError, UsageError
from tasks.base.table import SCHEMA
from tasks.score.calibration.gold import gold_file, read_gold
from tests.builders import texts

PANDALM = {
    "instruction": "Name a town.", "input": "In Portugal.", "response1": "Porto",
    "response2": "Bergen is one", "annotator1": 1, "annotator2": 2, "annotator3": 0,
    "cmp_key": "bloom-7b_llama-7b",
}  # fmt: skip
RATED = {"instruction": "Name a town.", "output": "Porto", "rating": 5}


@pytest.fixture
def read(tmp_path):
    def of(*records, name="gold.jsonl", **options):
        file = tmp_path / name
        file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records))
        return read_gold(gold_file(file), **options)

    return of


def test_pairs_of_pandalm_have_prompt_answers_labels_and_writers(read):
    gold = read(PANDALM)

    assert gold.kind == "pairs"
    assert gold.items.drop("id").row(0) == (
        "Name a town.\n\nIn Portugal.", "Porto", "Bergen is one", "bloom-7b", "llama-7b",
    )  # fmt: skip
    assert gold.labels.tolist() == [[1, 0, 0.5]]
    assert (gold.name, gold.faults) == ("gold.jsonl", {})


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [("answer_a", "answer_b", "preference"), ("output_1", "output_2", "label"),
     ("a", "b", "better"), ("completion1", "completion2", "winner")],
)  # fmt: skip
def test_the_answers_of_a_pair_go_by_many_names(read, one, other, label):
    gold = read({"prompt": "Hi?", one: "Hello.", other: "No.", label: 2, "model_a": "x-1",
                 "model_b": "y-2"})  # fmt: skip

    assert gold.items.drop("id").row(0) == ("Hi?", "Hello.", "No.", "x-1", "y-2")
    assert gold.labels.tolist() == [[0]]


def test_chosen_and_rejected_say_who_won_and_half_of_them_are_turned_round(read):
    gold = read(*({"prompt": f"Say {n}.", "chosen": f"{n}!", "rejected": "No."} for n in range(80)))

    won = np.where(gold.labels[:, 0] == 1, gold.items["first"], gold.items["second"])
    assert set(gold.labels[:, 0]) == {0, 1}
    assert 20 < gold.labels.sum() < 60
    assert all(text.endswith("!") for text in won)


def test_writers_turn_round_with_their_answers(read):
    writers = {"chosen_model": "good-1", "rejected_model": "bad-1"}
    gold = read(*({"prompt": "Hi", "chosen": f"{n}!", "rejected": "No.", **writers}
                  for n in range(20)))  # fmt: skip

    assert set(gold.labels[:, 0]) == {0, 1}
    for label, first, second in zip(
        gold.labels[:, 0], gold.items["first_by"], gold.items["second_by"], strict=True
    ):
        assert (first if label else second) == "good-1"


def test_scores_beside_chosen_and_rejected_are_no_labels_unless_they_are_named(read):
    row = {"prompt": "Hi?", "chosen": "Hello.", "rejected": "No.", "score": 9, "vote": "chosen"}

    assert read(row).labels.shape == (1, 1)
    assert read(row, named=("vote",)).labels.tolist() == [[1]]


def test_a_dialogue_before_a_pair_says_who_spoke(read):
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"},
             {"role": "user", "content": "Bye"}]  # fmt: skip
    gold = read({"messages": turns, "chosen": "Farewell.", "rejected": "No."})

    assert gold.items["prompt"].to_list() == ["user: Hi\n\nassistant: Yes?\n\nuser: Bye"]


def test_points_are_rows_of_the_table_that_do_not_show_their_labels(read):
    gold = read(RATED, {**RATED, "output": "Bergen", "rating": 1, "note": "far north"})

    assert gold.kind == "points"
    assert gold.items.schema == SCHEMA
    assert sorted(texts(gold.items)) == [["Name a town.", "Bergen"], ["Name a town.", "Porto"]]
    assert sorted(gold.labels.tolist()) == [[0], [1]]
    assert set(gold.items["meta"]) == {None, '{"note":"far north"}'}


def test_points_may_be_messages_with_words_of_several_people(read):
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    gold = read({"messages": turns, "rater1": "good", "rater2": None},
                {"messages": [turns[0], {"role": "assistant", "content": "No"}],
                 "rater1": "bad", "rater2": "good"})  # fmt: skip

    assert sorted(map(str, gold.labels.tolist())) == ["[0.0, 1.0]", "[1.0, nan]"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_other_formats_say_the_same(read, tmp_path, suffix):
    file = tmp_path / f"other.{suffix}"
    frame = pl.DataFrame([PANDALM, {**PANDALM, "annotator1": 2}])
    getattr(frame, f"write_{suffix}")(file)

    gold, lines = read_gold(gold_file(file)), read(PANDALM, {**PANDALM, "annotator1": 2})

    assert gold.items.equals(lines.items)
    assert gold.labels.tolist() == lines.labels.tolist()


def test_every_record_is_an_item_or_has_a_reason(read):
    bad = [
        {**PANDALM, "annotator1": 7},
        {**PANDALM, **dict.fromkeys(("annotator1", "annotator2", "annotator3"))},
        {**PANDALM, "response2": "Porto "},
        {**PANDALM, "response2": None},
        {k: v for k, v in PANDALM.items() if k not in ("instruction", "input")},
        "[1, 2]",
        '{"instruction": ',
    ]
    gold = read(PANDALM, *bad)

    assert gold.items.height == 1
    assert gold.faults == {
        "bad_label": 1, "malformed_json": 1, "missing_answer": 1, "missing_prompt": 1,
        "no_label": 1, "not_an_object": 1, "same_answers": 1,
    }  # fmt: skip


def test_an_answer_that_is_empty_may_lose_to_one_that_is_not(read):
    assert read({**PANDALM, "response2": ""}).items["second"].to_list() == [""]


def test_a_rated_row_without_an_answer_is_counted(read):
    gold = read({**RATED, "rating": 1, "output": " "}, {**RATED, "rating": 3, "output": "B"}, RATED)

    assert (gold.items.height, gold.faults) == (2, {"missing_answer": 1})
    assert dict(zip([row[1] for row in texts(gold.items)], gold.labels[:, 0], strict=True)) == {
        "B": 0.5, "Porto": 1,
    }  # fmt: skip


def test_items_are_in_order_of_their_ids_whatever_the_order_of_the_file(read):
    rows = [{**RATED, "output": f"Town {n}", "rating": n} for n in range(9)]

    one, other = read(*rows), read(*rows[::-1])

    assert one.items["id"].is_sorted()
    assert one.items.drop("source_row").equals(other.items.drop("source_row"))
    assert one.labels.tolist() == other.labels.tolist()


def test_copies_have_ids_of_their_own_and_one_group(read):
    gold = read(PANDALM, PANDALM, {**PANDALM, "input": "In Norway."})

    assert gold.items["id"].is_unique().all()
    assert sorted(np.unique(gold.groups, return_counts=True)[1].tolist()) == [1, 2]


def test_a_sample_keeps_items_and_labels_together_and_depends_on_the_seed_alone(read):
    gold = read(*({**RATED, "output": f"Town {n}", "rating": n} for n in range(40)))

    few = gold.sample(10, seed=1)

    said = [int(row[1].removeprefix("Town ")) / 39 for row in texts(few.items)]
    assert few.labels[:, 0].tolist() == pytest.approx(said)
    assert few.items["id"].is_sorted()
    assert few.items.equals(gold.sample(10, seed=1).items)
    assert not few.items.equals(gold.sample(10, seed=2).items)
    assert gold.sample(0, seed=1) is gold is gold.sample(40, seed=1)


def test_a_file_without_labels_says_what_it_has_and_what_is_wanted(read):
    told = "gold.jsonl: no column with labels among instruction, output; a gold file has pairs"
    with pytest.raises(UsageError, match=told):
        read({"instruction": "Hi", "output": "Hello"})


def test_a_file_of_which_nothing_can_be_used_says_why(read):
    with pytest.raises(UsageError, match=r"no labelled answer in it \(1 no_label, 1 same_answers"):
        read({**PANDALM, "response2": "Porto"}, {k: PANDALM[k] for k in PANDALM if "ann" not in k})


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_file_is_refused(read, content):
    with pytest.raises(UsageError, match="no record in it"):
        read(content)


def test_a_file_that_is_not_there_or_is_a_folder_of_many_is_refused(tmp_path):
    with pytest.raises(SourceError):
        gold_file(tmp_path / "gone.jsonl")
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(json.dumps(RATED))
    with pytest.raises(UsageError, match="names 2 files; name one"):
        gold_file(tmp_path)
