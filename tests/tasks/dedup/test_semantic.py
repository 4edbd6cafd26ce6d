"""Rows of one meaning: what is merged, what only sounds alike, who survives, and what it costs."""

import random
import tracemalloc

import numpy as np
import pytest

from tasks.dedup.semantic import EVIDENCE, MARKED, Memos, dedup_semantic, mark_semantic_twins
from tasks.dedup.semantic_params import SemanticDedupParams
from tasks.embed import minilm
from tasks.embed.encoders import encoder_of
from tasks.embed.vectors import memory
from tasks.llm.weights import is_installed
from tests.builders import row, table, turn

STOLEN = "What do I do if my phone is stolen?"
AGAIN = "My phone was stolen, what should I do?"
CALL = (
    "Call your bank at once and have every card in the wallet of the phone blocked, then tell the "
    "police and change the password of your mail account."
)


def outcome(*rows, **params):
    found = mark_semantic_twins(table(*rows), SemanticDedupParams(**{"enabled": True, **params}))
    frame = found.rows.collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
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


SAME = {
    "another wording": ((STOLEN, "lost_or_stolen_phone"), (AGAIN, "lost_or_stolen_phone")),
    "beside a long answer": ((STOLEN, CALL), (AGAIN, CALL)),
    "the answer in capitals": ((STOLEN, CALL), (AGAIN, CALL.upper())),
    "without an answer": ((STOLEN,), (AGAIN,)),
    "other words in the answer": ((STOLEN, CALL), (AGAIN, CALL.replace("Call your", "Phone the"))),
    "numbers in words": (
        ("How do I divide 3 apples among two children?", "Cut one."),
        ("How can I divide three apples among 2 children?", "Cut one."),
    ),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_the_same_in_other_words_is_a_twin(pair):
    assert verdict(*pair) == "same"


DAY = "How many hours of light does a day in {} have in the middle of {}?"
OTHERS = {
    "another number": (
        ("Convert 5 miles to kilometres please", "Fine"),
        ("Please convert 6 miles to kilometres", "Fine"),
    ),
    "another number in words": (
        ("Name two rivers that run through the city", "Fine"),
        ("Name three rivers that run through the city", "Fine"),
    ),
    "another name": ((DAY.format("Bergen", "June"), "19"), (DAY.format("Tromso", "June"), "19")),
    "a name on one side": (
        ("What is the weather like in the mountains of Norway today?", "Cold"),
        ("What is the weather like in the mountains today?", "Cold"),
    ),
    "a negation": (
        ("Why can I see my transfer in the app?", "wait"),
        ("Why can I not see my transfer in the app?", "wait"),
    ),
    "a negation in a contraction": (
        ("Why can I see my transfer in the app?", "wait"),
        ("Why can't I see my transfer in the app?", "wait"),
    ),
    "an opposite": (
        ("Which of the rivers is the longest one?", "the first"),
        ("Which of the rivers is the shortest one?", "the first"),
    ),
    "another unit": (
        ("How far is the harbour from the station in miles?", "Not far"),
        ("How far is the harbour from the station in kilometers?", "Not far"),
    ),
    "the first for the last": (
        ("What was the first name of the king?", "Harald"),
        ("What was the last name of the king?", "Harald"),
    ),
    "another operator": (("Is a + b in the set?", "yes"), ("Is a - b in the set?", "yes")),
    "a word that nothing is near to": (
        ("Write a short poem for my sister", "Roses"),
        ("Write a short poem on volcanoes for my sister", "Roses"),
    ),
    "another label": ((STOLEN, "positive"), (AGAIN, "negative")),
    "another answer": ((STOLEN, CALL), (AGAIN, "Buy a new one and be glad that it was not you.")),
    "another prompt": ((STOLEN, CALL), ("Where is the nearest bakery?", CALL)),
    "a number in the answer": ((STOLEN, CALL), (AGAIN, CALL + " Dial 110.")),
    "an answer on one side": ((STOLEN, CALL), (AGAIN,)),
    "JSON": ((STOLEN, '{"kind": "phone lost"}'), (AGAIN, '{"kind": "phone stolen"}')),
}


@pytest.mark.parametrize("pair", OTHERS.values(), ids=OTHERS)
def test_what_sounds_alike_but_says_something_else_is_no_twin(pair):
    assert verdict(*pair) != "same"
    assert twins(row("a", *pair[0]), row("b", *pair[1])) == {}


@pytest.mark.parametrize(
    ("name", "told"),
    [("another number", "other_number"), ("another name", "other_name"), ("a negation", "negated"),
     ("an opposite", "alternative"), ("a number in the answer", "other_number"),
     ("JSON", "other_answer")],
)  # fmt: skip
def test_the_evidence_says_what_told_a_near_pair_apart(name, told):
    assert verdict(*OTHERS[name], min_prompt=0.5, min_answer=0.5) == told


def test_a_long_text_with_another_question_in_it_is_another_text():
    things = ("lamp", "vase", "bowl", "clock", "radio", "candle", "basket", "mirror", "kettle")
    text = " ".join(f"The old {thing} stood on a table in the grand hall." for thing in things)
    one, other = f"{text} What did the maid clean?", f"{text} Who did the cook see?"
    assert verdict((one, "Nobody knows"), (other, "Nobody knows")) == "other_words"


def test_roles_tools_and_losing_answers_must_be_equal():
    losing = [turn("assistant", "No idea.")]
    assert twins(row("a", STOLEN, CALL), row("b", AGAIN, CALL)) != {}
    assert twins(row("a", STOLEN, CALL), row("b", AGAIN, CALL, tools="[]")) == {}
    assert twins(row("a", STOLEN, CALL), row("b", AGAIN, CALL, rejected=losing)) == {}
    said_by_system = row("b", turn("system", AGAIN), turn("assistant", CALL))
    assert twins(row("a", STOLEN, CALL), said_by_system) == {}


def test_all_turns_but_the_answer_are_the_prompt():
    talk = ("My phone is gone.", "Was it stolen?", "It was, what should I do?", CALL)
    other = ("My phone is gone.", "Did you sell it?", "I ate it.", CALL)
    same = ("My phone has gone.", "Was it stolen?", "It was, what can I do?", CALL)
    assert twins(row("a", *talk), row("b", *same)) != {}
    assert twins(row("a", *talk), row("b", *other)) == {}


def test_the_survivor_is_the_preferred_one_whatever_the_order():
    rows = [row("a", STOLEN, CALL), row("b", AGAIN, CALL), row("c", STOLEN, CALL, source="expert")]
    for seed in range(4):
        mixed = random.Random(seed).sample(rows, 3)
        assert twins(*mixed) == {"a": "b", "c": "b"}  # the longest
        assert twins(*mixed, prefer_sources=("expert",)) == {"a": "c", "b": "c"}


def test_marks_and_evidence_tell_both_cosines():
    frame, found = outcome(row("a", STOLEN, CALL), row("b", AGAIN, CALL))
    [lost] = frame.filter(frame["drop_reason"].is_not_null()).to_dicts()
    assert lost["drop_reason"] == "semantic_duplicate"
    assert 0.8 <= lost["drop_score"] < 1
    assert lost["drop_detail"] == "prompts 0.87, answers 1.00 alike by meaning"
    assert found.evidence.schema == EVIDENCE
    [pair] = found.evidence.to_dicts()
    assert (pair["answer_cosine"], pair["verdict"]) == (1, "same")
    assert found.figures == {"pairs": 1, "twin_pairs": 1, "pairs_left_out": 0}


@pytest.mark.parametrize("rows", [
    (), (row("a", STOLEN, CALL),), (row("a"), row("b")), (row("a", ""), row("b", "")),
    (row("a", " ", "x"), row("b", "\n", "x")),
    (row("a", turn("assistant", CALL)), row("b", turn("assistant", CALL))),
], ids=["none", "one", "no turns", "empty", "white space", "no prompt"])  # fmt: skip
def test_rows_with_nothing_to_compare_have_no_twin(rows):
    frame, _ = outcome(*rows)
    assert frame["drop_reason"].null_count() == len(rows)


def test_switched_off_it_does_nothing():
    rows = (row("a", STOLEN, CALL), row("b", AGAIN, CALL))
    assert SemanticDedupParams().enabled is False
    assert twins(*rows, enabled=False) == {}


def test_equal_rows_are_as_many_pairs_as_rows():
    frame, found = outcome(*(row(f"{n:04}", STOLEN, CALL) for n in range(1_500)))
    assert found.figures == {"pairs": 1_499, "twin_pairs": 1_499, "pairs_left_out": 0}
    assert set(frame["drop_twin_of"].drop_nulls()) == {"0000"}


def test_of_many_rows_that_are_alike_the_nearest_are_looked_at_and_the_others_counted():
    rows = [row(f"{n:03}", f"Tell me what the number {n} is called", "No") for n in range(300)]
    _, found = outcome(*rows, most_pairs=4)
    assert found.evidence["b"].value_counts()["count"].max() <= 4
    assert found.figures["pairs_left_out"] > 10_000
    assert found.figures["twin_pairs"] == 0


def test_a_text_of_five_megabytes_is_compared_as_any_other():
    vast = "My phone was stolen on the way home. " * 140_000
    found = twins(row("a", vast, CALL), row("b", vast + "!", CALL), row("c", STOLEN, "No"))
    assert found == {"a": "b"}


def test_vectors_are_remembered(store, monkeypatch):
    data, params = store(row("a", STOLEN, CALL), row("b", AGAIN, CALL)), {"enabled": True}
    first = dedup_semantic.fn(data, SemanticDedupParams(**params))
    monkeypatch.setattr(type(encoder_of("static")), "encode", _unless_words)
    second = dedup_semantic.fn(data, SemanticDedupParams(**params))
    assert first.dropped.rows == second.dropped.rows == 1
    assert second.evidence == first.evidence


def _unless_words(encoder, texts):
    """Vectors of single words; a text is an error."""
    assert not any(" " in text for text in texts), "a text was read again"
    return np.ones((len(texts), encoder.dim), np.float32)


@pytest.mark.skipif(not is_installed(minilm.MODEL), reason="needs: finery models install minilm-l6")
def test_minilm_reads_again_what_static_vectors_took_for_near(tmp_path):
    apart = (AGAIN.replace("phone", "watch"), AGAIN)
    memos = Memos(minilm=memory(str(tmp_path), encoder_of("minilm")))
    for one, other, told in ((*apart, "unlike"), (STOLEN, AGAIN, "same")):
        rows = table(row("a", one), row("b", other))
        params = SemanticDedupParams(
            enabled=True, min_prompt=0.5, verify="minilm", min_verified=0.9
        )
        evidence = mark_semantic_twins(rows, params, memos).evidence
        assert evidence["verdict"].to_list() == [told]
        assert (evidence["minilm_cosine"][0] >= 0.9) == (told == "same")


def test_memory_does_not_grow_with_the_number_of_near_pairs():
    from tasks.embed.neighbours import Side, near_pairs

    chance = np.random.default_rng(0)
    vectors = np.ones((6_000, 16)) + chance.normal(scale=0.01, size=(6_000, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    tracemalloc.start()
    found = near_pairs([Side(vectors, 0.9)], most=8)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.pairs.height <= 8 * 6_000
    assert found.left_out + found.pairs.height == 6_000 * 5_999 // 2
    assert peak < 250e6  # eighteen million pairs of four numbers would be 576 MB
