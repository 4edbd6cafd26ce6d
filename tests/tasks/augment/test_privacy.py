"""Made rows that come too near to real ones, and those that only seem to."""

import pytest

from tasks.augment.privacy import PrivacyParams, mark_near
from tasks.augment.recipe import Recipe, made_row, turn
from tests.builders import row, table

STORY = ("My neighbour keeps eleven geese behind the old boathouse and sells their eggs on "
         "Thursdays to the baker, who has sworn never to tell what they go into.")  # fmt: skip
OTHER = ("Describe how a suspension bridge carries its load from deck to tower and from tower to "
         "anchorage, and what would happen if one hanger broke in a storm.")  # fmt: skip
REAL = (
    row("h1", "Tell me something about your village.", STORY),
    row("h2", OTHER, "The deck hangs from hangers, the hangers from the main cables."),
    row("h3", "What is the capital of France?", "Paris"),
)


def made(prompt, answer, operator="deepen", parent="h2", seed="h2", origin="augmented"):
    stage = "augment.evolve" if parent else "augment.records"
    recipe = Recipe(stage, operator, "m", 1, seed=seed or "")
    turns = [turn("user", prompt), turn("assistant", answer)]
    return made_row(turns, recipe, origin=origin, source="s", parent=parent)


def marked(*rows, real=REAL, **params):
    outcome = mark_near(table(*real, *rows), PrivacyParams(**params))
    frame = outcome.rows.collect()
    assert frame["id"].to_list() == [r["id"] for r in (*real, *rows)]
    assert frame["drop_reason"].head(len(real)).null_count() == len(real)
    return frame.tail(len(rows)), outcome


def test_a_made_row_that_repeats_a_strangers_words_is_dropped_and_names_it():
    frame, _ = marked(made("Invent a scene in a village.", STORY))
    assert frame["drop_reason"].to_list() == ["verbatim"]
    assert frame["drop_twin_of"].to_list() == ["h1"]
    assert frame["drop_score"][0] > 0.5
    assert "verbatim" in frame["drop_detail"][0]
    assert "geese" not in frame["drop_detail"][0]


def test_words_of_ones_own_parent_may_be_kept():
    frame, _ = marked(made(OTHER + " Answer as an engineer of 1890 would.", "It hangs."))
    assert frame["drop_reason"].to_list() == [None]
    frame, _ = marked(made(OTHER + " Answer as an engineer of 1890 would.", "It hangs.",
                           parent="x", seed="h2"))  # fmt: skip
    assert frame["drop_reason"].to_list() == [None], "nor those of the seed, generations ago"


def test_words_that_a_stranger_shares_with_the_parent_are_the_parents():
    twin = row("h4", OTHER, "Another answer altogether, about anchorages and rock.")
    evolved = made(OTHER + " Answer as an engineer of 1890 would, and with a sketch.", "It hangs.")
    frame, _ = marked(evolved, real=(*REAL, twin), min_distance=0)
    assert frame["drop_reason"].to_list() == [None]


def test_half_a_strangers_story_in_a_text_of_ones_own_is_below_the_limit():
    words = STORY.split()
    own = " ".join(f"word{n}" for n in range(40))
    few = made("Invent a scene.", " ".join(words[:12]) + " " + own)
    frame, _ = marked(few)
    assert frame["drop_reason"].to_list() == [None]
    frame, _ = marked(few, max_verbatim=0.05)
    assert frame["drop_reason"].to_list() == ["verbatim"]


def test_a_row_with_few_words_is_no_copy_of_all_that_say_the_same():
    frame, _ = marked(made("Name a city.", "Paris"))
    assert frame["drop_reason"].to_list() == [None]


def test_what_says_the_same_in_almost_the_same_words_is_too_near():
    text = STORY.replace("eleven", "twelve").replace("Thursdays", "Fridays")
    near = made("Tell me something about your village.", text)
    frame, _ = marked(near, max_verbatim=1, min_distance=0.1)
    assert frame["drop_reason"].to_list() == ["too_near"]
    assert frame["drop_twin_of"].to_list() == ["h1"]
    frame, _ = marked(near, max_verbatim=1, min_distance=0)
    assert frame["drop_reason"].to_list() == [None]


def test_what_a_template_repeats_is_the_templates():
    words = "Read the note and list every condition that it names, one a line, in order:"
    real = (row("h9", words + " a cough.", "cough"), *REAL)
    rows = [made(f"{words} case {n} of illness{n}.", f"illness{n}", "extract", None, None,
                 "synthetic") for n in range(3)]  # fmt: skip
    frame, _ = marked(*rows, real=real, min_distance=0)
    assert frame["drop_reason"].to_list() == [None] * 3


def test_two_made_rows_that_copy_one_real_row_do_not_protect_each_other():
    rows = [made(f"Invent scene {n}.", STORY, "hard essay", "h2", "h2", "synthetic")
            for n in range(2)]  # fmt: skip
    frame, _ = marked(*rows, min_distance=0)
    assert frame["drop_reason"].to_list() == ["verbatim"] * 2


def test_a_system_turn_that_all_rows_share_brings_none_near():
    system = turn("system", "You are a careful assistant. " + STORY)
    real = tuple(row(f"r{n}", system, turn("user", f"What is {w}?"), turn("assistant", f"A {w}."))
                 for n, w in enumerate(("fern", "gneiss", "halibut", "ionosphere")))  # fmt: skip
    evolved = made_row(
        [system, turn("user", "What is a fern, and where do its spores form?"),
         turn("assistant", "A plant; below its fronds.")],
        Recipe("augment.evolve", "deepen", "m", 1, seed="r0"),
        origin="augmented", source="s", parent="r0",
    )  # fmt: skip
    frame, _ = marked(evolved, real=real)
    assert frame["drop_reason"].to_list() == [None]


@pytest.mark.parametrize(
    "said", ["ZEBULON QUACKENBUSH", "Zebulon\nQuackenbush", "zebulon  quackenbush."]
)
def test_a_canary_is_heard_however_it_is_written(said):
    frame, _ = marked(made("Who?", f"It was {said}"), canaries=("Zebulon Quackenbush",))
    assert frame["drop_reason"].to_list() == ["leaked_canary"]


def test_an_empty_canary_is_a_wrong_setting():
    with pytest.raises(ValueError, match="a canary needs a letter"):
        PrivacyParams(canaries=("",))


def test_a_canary_that_comes_out_is_found_and_counted():
    rows = [made("Who keeps geese?", "Zebulon Quackenbush does."), made("Who else?", "Nobody.")]
    frame, outcome = marked(*rows, canaries=("Zebulon Quackenbush", "Ottilie Fenwick"))
    assert frame["drop_reason"].to_list() == ["leaked_canary", None]
    assert (outcome.figures["canaries"], outcome.figures["canaries_out"]) == (2, 1)


def test_figures_say_how_near_made_rows_came():
    _, outcome = marked(made("Name a bird of the far north.", "The ptarmigan turns white."))
    least, median = outcome.figures["distance"]
    assert 0.3 < least == median <= 1
    assert outcome.figures["made"] == 1


@pytest.mark.parametrize("rows", [(), REAL])
def test_without_made_rows_nothing_is_looked_at(rows):
    outcome = mark_near(table(*rows), PrivacyParams())
    assert outcome.rows.collect()["drop_reason"].null_count() == len(rows)
    assert outcome.figures == {"made": 0}


def test_made_rows_alone_are_near_to_nobody():
    frame, _ = marked(made("Say it.", STORY), real=())
    assert frame["drop_reason"].to_list() == [None]


def test_switched_off_it_marks_nothing():
    frame, _ = marked(made("Invent a scene in a village.", STORY), enabled=False)
    assert frame["drop_reason"].to_list() == [None]
