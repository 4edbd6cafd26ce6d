"""Near twins: what the guard lets through, who survives, and that no chain loses a row."""

import random

import pytest

from tasks.dedup.guard.judged import EVIDENCE
from tasks.dedup.near import AT, MARKED, NearDedupParams, mark_near_twins
from tests.builders import row, table, turn

BAKE = "Explain to a beginner how one bakes a loaf of dark rye bread in a small oven at home"
LOAF = (
    "Mix rye flour, water, salt and sourdough in a large bowl, let it rise over night in a warm "
    "place and bake it for an hour until the crust sounds hollow."
)


def outcome(*rows, **params):
    found = mark_near_twins(table(*rows), NearDedupParams(**params))
    frame = found.rows.collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
    assert found.evidence is not None
    assert found.evidence.schema == EVIDENCE
    return frame, found


def twins(*rows, **params):
    """Survivor by dropped row."""
    frame, _ = outcome(*rows, **params)
    lost = frame.filter(frame["drop_reason"].is_not_null())
    return dict(lost.select("id", "drop_twin_of").iter_rows())


def verdict(one, other, **params):
    _, found = outcome(row("a", *one), row("b", *other), **params)
    seen = found.evidence["verdict"].to_list()
    return seen[0] if seen else "no pair"


def put(text, old, new):
    assert old in text
    return text.replace(old, new)


SAME = {
    "a typo": (put(BAKE, "beginner", "beginer"), LOAF),
    "letters swapped": (put(BAKE, "loaf", "laof"), LOAF),
    "a filler": ("Please, " + BAKE, LOAF),
    "articles": (put(BAKE, "a loaf of dark rye", "the loaf of a dark rye"), LOAF),
    "order of words": (put(BAKE, "dark rye", "rye dark"), LOAF),
    "case and marks": (BAKE.upper() + "?!", LOAF),
    "a typo in the answer": (put(BAKE, "beginner", "beginer"), put(LOAF, "hollow", "holow")),
    "a set phrase in front": ("Answer the question below. " + BAKE, LOAF),
    "a filler in the answer": (BAKE, "Sure! " + LOAF),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_the_same_said_in_almost_the_same_words_is_a_twin(other):
    assert verdict((BAKE, LOAF), other) == "same"


OTHERS = {
    "another thing": (put(BAKE, "rye", "corn"), put(LOAF, "rye", "corn")),
    "another number": (BAKE + " for 4 people", LOAF + " Serves 4."),
    "a number changed": (put(BAKE, "a loaf", "2 loafs"), put(LOAF, "an hour", "70 minutes")),
    "a contracted negation": (put(BAKE, "bakes", "can't bake"), LOAF),
    "a negation": (put(BAKE, "bakes", "never bakes"), LOAF),
    "another answer": (BAKE, "Buy one at the baker's around the corner, it is less work by far."),
    "a number in the answer": (BAKE, put(LOAF, "an hour", "90 minutes")),
    "more asked": (BAKE + ", list all the tools and compare gas with electric heat", LOAF),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_looks_alike_but_says_something_else_is_no_twin(other):
    assert verdict((BAKE, LOAF), other) not in ("same",)
    assert twins(row("a", BAKE, LOAF), row("b", *other)) == {}


SUM = "What do you get when you work out the sum 3 {} 5 with pen and paper at school?"


@pytest.mark.parametrize(
    ("one", "other"),
    [("+", "-"), ("*", "/"), ("<", ">"), ("&&", "||"), ("=", "≠"), ("×", "÷")],
)
def test_another_operator_is_another_question(one, other):
    told = "You get a number, as you always do in such a case, you see."
    assert verdict((SUM.format(one), told), (SUM.format(other), told)) == "other_symbols"
    assert verdict((SUM.format(one), told), ("Please: " + SUM.format(one), told)) == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [("-5 degrees", "5 degrees"), ("$5", "€5"), ("in C", "in C#"), ("in C", "in C++")],
)
def test_signs_that_are_no_words_tell_texts_apart(one, other):
    told = "It was {} in the little laboratory behind the house when we looked this morning"
    pair = ((BAKE, told.format(one)), (BAKE, told.format(other)))
    assert verdict(*pair) == "other_symbols"


def test_a_prompt_translated_there_and_back_is_a_twin_if_the_answer_is_equal():
    asked = (
        "Describe in your own words how the old lighthouse keeper on the northern island spent "
        "his long winter evenings, which books he read, what he cooked for supper, and whom he "
        "wrote his letters to while storms kept every boat in the harbour."
    )
    back = put(put(asked, "old", "elderly"), "supper", "dinner")
    told = "He read travel books, cooked fish soup and wrote to his sister in the capital."
    other = "He slept, carved small boats from driftwood and wrote nothing to anybody at all."
    assert verdict((asked, told), (back, told)) == "same"
    assert verdict((asked, told), (back, other)) != "same"


def test_roles_tools_and_losing_answers_must_be_equal():
    near = put(BAKE, "beginner", "beginer")
    losing = [turn("assistant", "No idea.")]
    assert twins(row("a", BAKE, LOAF), row("b", near, LOAF)) == {"b": "a"}
    assert twins(row("a", BAKE, LOAF), row("b", near, LOAF, tools="[]")) == {}
    assert twins(row("a", BAKE, LOAF), row("b", near, LOAF, rejected=losing)) == {}
    said_by_system = row("b", turn("system", near), turn("assistant", LOAF))
    assert twins(row("a", BAKE, LOAF), said_by_system) == {}


def test_a_contradiction_is_never_merged():
    told = (
        "The bridge was opened to the public in the spring of that year, with music and speeches."
    )
    gone = (
        "The bridge was closed to the public in the spring of that year, with music and speeches."
    )
    asked = "What happened to the bridge?"
    assert twins(row("a", asked, told), row("b", asked, gone)) == {}


WORDS = ["kitchen", "garden", "window", "lantern", "bottle", "carpet", "mirror", "saddle"]


def chain():
    """A ~ b ~ c by added words, but a and c are too far apart."""
    told = " ".join(f"{w} stands in its own corner of the room, quiet and plain." for w in WORDS)
    half = len(told) // 2  # in the midst: what is added at an end tells nothing
    tail = " velvet copper thunder marble pepper harvest cotton ribbon timber walnut basket feather"
    tails = [tail[: tail.index(word)] for word in (" velvet", " cotton")] + [tail]
    parts = [f"{told[:half]} {tail} {told[half:]}" for tail in tails]
    return [row(name, "Tell me all.", part) for name, part in zip("cba", parts, strict=True)]


def test_no_chain_of_small_steps_loses_a_row():
    c, b, a = chain()
    assert twins(c, b) == {"b": "c"}
    assert twins(b, a) == {"a": "b"}
    assert twins(c, a) == {}
    first = {**c, "source": "first"}  # it claims b; a is near to b alone, so it stays
    assert twins(first, b, a, prefer_sources=("first",)) == {"b": "c"}


def test_the_survivor_is_the_preferred_one_whatever_the_order():
    rows = [
        row("a", BAKE, LOAF, source="web"),
        row("b", "Please, " + BAKE, LOAF, source="web"),
        row("c", BAKE.upper() + "!", LOAF, source="expert"),
    ]
    for seed in range(4):
        mixed = random.Random(seed).sample(rows, 3)
        assert twins(*mixed) == {"a": "c", "b": "c"}  # no word that the others lack, and longest
        assert twins(*mixed, prefer_sources=("web",)) == {"b": "a", "c": "a"}


def test_the_sound_text_survives_and_not_the_one_with_slips():
    others = [row(f"o{n}", f"Question {n}: {BAKE}", f"{n}. {LOAF} {n}.") for n in range(3)]
    slips = BAKE.replace("beginner", "beginenr") + " Please really."
    assert twins(*others, row("b", BAKE, LOAF), row("a", slips, LOAF))["a"] == "b"


def test_marks_tell_the_similarity_and_the_ratio():
    frame, found = outcome(row("a", BAKE, LOAF), row("b", "Please, " + BAKE, LOAF))
    [lost] = frame.filter(frame["drop_reason"].is_not_null()).to_dicts()
    assert 0.45 <= lost["drop_score"] <= 1
    assert lost["drop_detail"].startswith("RapidFuzz ratio 9")
    counts = {"pairs": 1, "twin_pairs": 1, "not_asked": 0}
    at = [{"threshold": t, "rows": int(lost["drop_score"] >= t)} for t in (0.45, *AT)]
    assert found.figures == {**counts, "at": at}


@pytest.mark.parametrize("turns", [(), ("",), ("", ""), (" ", "\n")])
def test_rows_with_nothing_to_compare_have_no_twin(turns):
    assert twins(row("a", *turns), row("b", *turns)) == {}


def test_a_higher_threshold_finds_less():
    pair = (row("a", BAKE, LOAF), row("b", put(BAKE, "beginner", "beginer"), LOAF))
    assert twins(*pair) == {"b": "a"}
    assert twins(*pair, threshold=1.0) == {}
    assert twins(*pair, min_ratio=100) == {}


def test_short_questions_with_a_slip_are_twins_and_with_another_word_are_not():
    ask = "What is the capital of Freedonia?"
    assert verdict((ask, "Fredville"), (put(ask, "capital", "captial"), "Fredville")) == "same"
    assert twins(row("a", ask, "Fredville"), row("b", put(ask, "capital", "anthem"), "Fred")) == {}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (LOAF[: int(len(LOAF) * 0.7)], True),  # cut, in the midst of a word
        (LOAF + " I hope that helps, let me know if there is more!", True),
        ("Of course, here is what you asked for. " + LOAF, True),
        ("It would be wrong to say the following, never do it. " + LOAF, False),
    ],
)
def test_an_answer_that_is_the_beginning_or_end_of_the_other_says_the_same(other, same):
    assert (verdict((BAKE, LOAF), (BAKE, other)) == "same") is same


def test_a_few_words_in_place_of_others_are_damage_and_names_and_numbers_are_not():
    told = LOAF + " Then ask Marlene to taste a slice with butter on the balcony at 7."
    asked = (BAKE, told)
    assert verdict(asked, (BAKE, put(told, "hollow", "dull"))) == "same"
    assert verdict(asked, (BAKE, put(told, "Marlene", "Theodor"))) == "other_name"
    assert verdict(asked, (BAKE, put(told, "at 7", "at 9"))) == "other_answer"


def test_of_a_cut_row_and_a_whole_one_the_whole_survives():
    whole, cut = row("b", BAKE, LOAF), row("a", BAKE, LOAF[: int(len(LOAF) * 0.75)])
    assert twins(cut, whole) == {"a": "b"}


@pytest.mark.parametrize(
    ("prefer", "survivor"),
    [(("longest",), "long"), (("score", "longest"), "good"), (("longest_answer",), "told"),
     (("source",), "expert")],
)  # fmt: skip
def test_who_survives_is_what_was_asked_for(prefer, survivor):
    rows = [
        row("good", BAKE, LOAF, meta='{"rating": 9.5}'),
        row("long", "Please, please: " + BAKE, LOAF, meta='{"rating": 2}'),
        row("told", BAKE, "Sure! " + LOAF, meta='{"rating": "none"}'),
        row("expert", BAKE + "!", LOAF, source="expert"),
    ]
    asked = {"prefer": prefer, "prefer_score": "rating", "prefer_sources": ("expert",)}
    assert set(twins(*rows, **asked).values()) == {survivor}


def test_a_chain_is_one_family_where_families_are_connected():
    lost = twins(*chain(), families="connected")
    assert len(lost) == 2
    assert len(set(lost.values())) == 1


def test_to_prefer_a_score_without_saying_which_is_an_error():
    with pytest.raises(ValueError, match="prefer_score says not which field"):
        NearDedupParams(prefer=("score",))
