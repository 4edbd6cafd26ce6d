"""Rows that an earlier release holds: what counts as held, and what the ledger hears of it."""

import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.dedup.index.fragments import ROWS, VOCABULARY, WORDS, known
from tasks.dedup.near import NearDedupParams, mark_near_twins
from tasks.dedup.released import MARKED, ReleasedParams, mark_released
from tests.bench.generate import generate
from tests.builders import row, table, turn
from tests.tasks.dedup.index.test_fragments import release
from tests.tasks.dedup.test_near import BAKE, LOAF, SAME, put


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


def marked(index, *rows, **params):
    seen = known(str(index), "tonight")
    outcome = mark_released(table(*rows), ReleasedParams(**params), seen)
    frame = outcome.rows.collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
    assert frame["id"].to_list() == [one["id"] for one in rows]
    return frame, outcome.figures


def held(index, *rows, **params):
    """Released row by row that was released before."""
    frame, _ = marked(index, *rows, **params)
    lost = frame.filter(pl.col("drop_reason").is_not_null())
    return dict(lost.select("id", "drop_twin_of").iter_rows())


def test_the_mark_says_which_row_of_which_release_and_how_alike(index):
    release(index, "r1", row("old", BAKE, LOAF), name="monday")
    frame, figures = marked(index, row("new", "Please, " + BAKE, LOAF), row("other", LOAF, BAKE))
    assert frame.select("drop_reason", "drop_twin_of", "drop_detail").rows() == [
        ("released_before", "old", "release monday"), (None, None, None)
    ]  # fmt: skip
    assert 0.9 < frame["drop_score"][0] < 1
    assert figures == {"releases": 1, "released_rows": 1, "same_rows": 0, "alike": 1,
                       "again": "drop", "pairs": 2}  # fmt: skip


CUT = {
    "an answer cut between words": (BAKE, LOAF.partition(" over night")[0]),
    "an answer cut within a word": (BAKE, LOAF.partition("ght in a")[0]),
    "an answer that goes on": (BAKE, LOAF + " Then cut it in slices and serve them warm."),
}


@pytest.mark.parametrize("other", {**SAME, **CUT}.values(), ids=[*SAME, *CUT])
@pytest.mark.parametrize("turned", [False, True])
def test_the_same_said_in_almost_the_same_words_was_released(index, other, turned):
    old, new = (other, (BAKE, LOAF)) if turned else ((BAKE, LOAF), other)
    release(index, "r1", row("old", *old))
    assert held(index, row("new", *new)) == {"new": "old"}


def test_the_end_of_a_word_is_not_guessed(index):
    release(index, "r1", row("old", "Who wrote it?", "The author is Gabriel Garcia Marquez"))
    assert held(index, row("new", "Who wrote it?", "The author is George")) == {}


def test_a_row_is_judged_alike_whatever_else_the_night_brings(index):
    asked = "Which animals do you like best of all that live around the house, and why is that?"
    told = "Of all of them I like the {} best, because they come and go as they please."
    release(index, "r1", row("old", asked, told.format("cats")))
    cut, other = told.partition("{}")[0] + "cow", told.format("crows")
    tonight = [row("other", asked, other), row("cut", asked, cut)]
    assert held(index, *tonight) == held(index, *tonight[::-1]) == {}


@pytest.mark.parametrize("file", [ROWS, WORDS, VOCABULARY])
def test_files_of_two_releases_do_not_go_together(index, file):
    release(index, "r1", row("a", put(BAKE, "beginner", "apprentice"), LOAF))
    release(index, "r2", row("b", LOAF, BAKE[:40]), row("c", "Where is Bergen?", "In Norway."))
    seen = known(str(index), "tonight")
    one, other = (index / fragment.name / file for fragment in seen.fragments)
    one.write_bytes(other.read_bytes())
    with pytest.raises(UsageError, match="damaged"):
        mark_released(table(row("new", BAKE + "!", LOAF)), ReleasedParams(), seen)


OTHER = {
    "another answer": (BAKE, "I am sorry, but that I do not know."),
    "a negation": (put(BAKE, "bakes", "never bakes"), LOAF),
    "n't": (put(BAKE, "how one bakes", "how one doesn't bakes"), LOAF),
    "another thing": (put(BAKE, "rye", "wheat"), put(LOAF, "rye", "wheat")),
    "another name": (put(BAKE, "a beginner", "our Bertha"), put(LOAF, "hollow", "right to Bertha")),
    "an operator": (BAKE + " 3 + 4", LOAF),
}


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
@pytest.mark.parametrize("turned", [False, True])
def test_what_differs_in_what_counts_was_not(index, other, turned):
    old, new = (other, (BAKE, LOAF)) if turned else ((BAKE, LOAF), other)
    release(index, "r1", row("old", *old))
    assert held(index, row("new", *new)) == {}


def test_another_number_is_another_row(index):
    asked = BAKE + " for {} people and not for their cats"
    release(index, "r1", row("old", asked.format(12), LOAF))
    assert held(index, row("new", asked.format(13), LOAF)) == {}


@pytest.mark.parametrize(
    "more",
    [{"tools": '[{"name": "search"}]'}, {"rejected": [turn("assistant", "No.")]}],
    ids=["tools", "rejected"],
)
def test_the_same_words_with_other_tools_or_another_losing_answer_were_not(index, more):
    release(index, "r1", row("old", BAKE, LOAF))
    assert held(index, row("new", BAKE, LOAF, **more)) == {}
    release(index, "r2", row("old2", BAKE, LOAF, **more))
    assert held(index, row("new", BAKE, LOAF, **more)) == {"new": "old2"}


def test_the_same_row_is_told_by_its_id_and_leaves_or_is_released_again(index):
    release(index, "r1", row("old-0", BAKE, LOAF), row("bare-0", "?!", "!"))
    tonight = [row("old-0", BAKE, LOAF), row("bare-3", "?!", "!"), row("copy", BAKE + " now", LOAF)]
    assert held(index, *tonight) == {"old-0": "old-0", "bare-3": "bare-0", "copy": "old-0"}
    assert held(index, *tonight, again="keep") == {"copy": "old-0"}


def test_of_several_released_rows_the_most_similar_is_named(index):
    release(index, "r1", row("far", "Please, now kindly: " + BAKE, LOAF))
    release(index, "r2", row("near", BAKE, LOAF))
    assert held(index, row("new", BAKE + "!", LOAF)) == {"new": "near"}


def test_without_releases_or_switched_off_nothing_is_marked(index):
    assert held(index, row("a", BAKE, LOAF)) == {}
    release(index, "r1", row("a", BAKE, LOAF))
    assert held(index, row("a", BAKE, LOAF), enabled=False) == {}
    outcome = mark_released(table(row("a", BAKE, LOAF)), ReleasedParams())
    assert outcome.rows.collect()["drop_reason"].to_list() == [None]


def test_rows_in_scripts_without_spaces_are_told_apart_by_their_characters(index):
    old = "请向初学者解释如何在家里的小烤箱里烤一条黑麦面包,并说明需要多长时间"
    release(index, "r1", row("old", old, "混合面粉和水,放置一夜,然后烘烤一个小时。"))
    new = row("new", old + "呢", "混合面粉和水,放置一夜,然后烘烤一个小时。")
    other = row("other", old.replace("黑麦", "小麦"), "用小麦粉,烤四十分钟。")
    assert held(index, new, other) == {"new": "old"}


def test_it_drops_what_the_guard_would_drop_with_the_text_before_it(index, shared):
    made = generate(3_000, seed=5)
    rows = [row(f"{i:04}", p, a) for i, (p, a) in enumerate(made.select("prompt", "answer").rows())]
    distinct = {(p, a): i for i, (p, a) in enumerate(made.select("prompt", "answer").rows())}
    old, new = rows[:1500], [rows[i] for i in sorted(distinct.values()) if i >= 1500]
    release(index, "r1", *old)
    by_index = held(index, *new)
    # all pairs, judged with their texts; old rows come first
    given = NearDedupParams(prefer=("source",), prefer_sources=("s", "t"))
    both = table(*old, *({**one, "source": "t"} for one in new))
    evidence = mark_near_twins(both, given).evidence
    assert evidence is not None
    judged = {(b, a): v for a, b, v in evidence.select("a", "b", "verdict").iter_rows()}
    said = [judged.get(pair) for pair in by_index.items()]
    assert len(said) > 150
    assert sum(one in ("same", None) for one in said) >= 0.99 * len(said)
    by_text = {b for (b, a), v in judged.items() if v == "same" and a < "1500" <= b}
    assert len(by_text & {*by_index}) >= 0.95 * len(by_text)
