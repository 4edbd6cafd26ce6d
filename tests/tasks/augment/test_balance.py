"""The mix is held, rows of people's stay, and what leaves is surplus of something named."""

from collections import Counter

import pytest

from tasks.augment.balance import BalanceParams, mark_surplus, most_made
from tasks.augment.topics import names_of
from tests.builders import row, table

FREE = {"max_made_of_topic": 0.99, "max_made_of_difficulty": 0.99, "min_per_group": 10_000}
COOKING = "How long do I bake a loaf of rye bread in oven number {}?"
SPACE = "Which moons of Jupiter did probe number {} photograph?"


def people(many, asked=COOKING):
    return [row(f"h{asked[:3]}{n}", asked.format(n), "x") for n in range(many)]


def made(many, asked=COOKING, origin="augmented"):
    return [row(f"m{origin[0]}{asked[:3]}{n}", asked.format(n % 60), "x", origin=origin,
                parent=None, source_row=None) for n in range(many)]  # fmt: skip


def marked(*rows, **params):
    outcome = mark_surplus(table(*rows), BalanceParams(**params))
    frame = outcome.rows.collect()
    assert frame["id"].to_list() == [r["id"] for r in rows]
    return frame, outcome.figures


def reasons(frame):
    return Counter(frame["drop_reason"].drop_nulls())


def stay(frame, origin="augmented"):
    return frame.filter(origin=origin)["drop_reason"].null_count()


@pytest.mark.parametrize(("share", "most"), [(0.5, 100), (0.2, 25), (0.0, 0), (0.75, 300)])
def test_a_share_is_of_the_whole_set(share, most):
    assert most_made(100, share) == most
    frame, _ = marked(*people(100), *made(310), max_augmented=share, **FREE)
    assert stay(frame) == most
    assert reasons(frame) == {"surplus_origin": 310 - most}
    assert set(frame["drop_detail"].drop_nulls()) == {f"augmented: at most {most}"}


def test_within_the_bounds_nothing_leaves():
    frame, figures = marked(*people(60), *made(50), *made(60, origin="synthetic"), **FREE)
    assert reasons(frame) == {}
    assert figures["mix"]["origin"] == {
        "augmented": [0, 50, 50], "human": [60, 0, 0], "synthetic": [0, 60, 60]}  # fmt: skip


def test_evolved_and_synthetic_rows_have_bounds_of_their_own():
    frame, _ = marked(*people(50), *made(60), *made(60, origin="synthetic"),
                      max_augmented=0.5, max_synthetic=0.0, **FREE)  # fmt: skip
    assert (stay(frame), stay(frame, "synthetic")) == (50, 0)


def test_rows_of_people_never_leave():
    frame, _ = marked(*people(50), *made(500), max_augmented=0, **FREE)
    assert frame.filter(origin="human")["drop_reason"].null_count() == 50


def test_a_topic_that_is_made_up_mostly_loses_and_another_does_not():
    rows = [*people(60), *people(20, SPACE), *made(20), *made(200, SPACE)]
    frame, figures = marked(*rows, max_augmented=0.9, max_made_of_topic=0.5, topics=2,
                            max_made_of_difficulty=0.99, min_per_group=5)  # fmt: skip
    assert reasons(frame) == {"surplus_topic": 180}
    assert len(figures["mix"]["topic"]) == 2
    [space] = [mix for name, mix in figures["mix"]["topic"].items() if "jupiter" in name]
    assert space == [20, 200, 20]


def test_a_thin_group_may_be_filled():
    rows = [*people(60), *people(1, SPACE), *made(30, SPACE)]
    given = {"max_augmented": 0.9, "max_made_of_topic": 0.1, "max_made_of_difficulty": 0.99}
    assert stay(marked(*rows, min_per_group=30, **given)[0]) == 30
    assert stay(marked(*rows, min_per_group=12, **given)[0]) <= 12


def test_a_level_of_difficulty_is_bounded_too():
    hard = COOKING + " Explain why, compare three methods, and justify each step with a source."
    rows = [
        *people(60),
        *[row(f"x{n}", hard.format(n), "x", origin="augmented") for n in range(90)],
    ]
    frame, figures = marked(*rows, max_augmented=0.9, max_made_of_difficulty=0.5,
                            max_made_of_topic=0.99, min_per_group=5, topics=1)  # fmt: skip
    assert set(reasons(frame)) == {"surplus_difficulty"}
    human, made_, stays = figures["mix"]["difficulty"]["hard"]
    assert made_ == 90
    assert stays == max(5, human)


def test_which_rows_leave_does_not_depend_on_their_order():
    rows = [*people(20), *made(60)]
    frame, _ = marked(*rows, **FREE)
    other, _ = marked(*reversed(rows), **FREE)
    left, right = (dict(f.select("id", "drop_reason").iter_rows()) for f in (frame, other))
    assert left == right


def test_a_second_pass_drops_nothing():
    rows = [*people(20), *made(60)]
    frame, _ = marked(*rows)
    kept = frame.filter(frame["drop_reason"].is_null())["id"].to_list()
    again, _ = marked(*[r for r in rows if r["id"] in kept])
    assert reasons(again) == {}


@pytest.mark.parametrize("rows", [(), people(5), made(5)])
def test_a_set_without_a_mix_is_left_alone(rows):
    frame, figures = marked(*rows)
    assert reasons(frame) == {}
    assert figures == {}


def test_clusters_are_named_by_what_tells_them_apart():
    names = names_of(["the bread oven", "rye bread"] * 5 + ["the moons", "icy moons"] * 5 + [None],
                     [0] * 10 + [1] * 10 + [2])  # fmt: skip
    assert names[0].startswith("1: bread")
    assert names[1].startswith("2: moons")
    assert names[2] == "3"


def test_a_topic_is_not_named_by_what_few_rows_say_nor_by_a_sentence():
    rare = ["Rosalind bakes bread"] * 4 + ["bread"] * 6 + ["王小明在烤面包"] * 9
    assert names_of(rare, [0] * 19) == {0: "1: bread"}


def test_a_surplus_row_is_told_the_number_of_its_topic_and_no_words():
    rows = [*people(20, SPACE), *made(200, SPACE)]
    frame, _ = marked(*rows, max_augmented=0.9, max_made_of_topic=0.5, topics=2,
                      max_made_of_difficulty=0.99, min_per_group=5)  # fmt: skip
    assert set(frame["drop_detail"].drop_nulls()) == {"1: at most 20"}


def test_prompts_that_are_all_the_same_are_one_topic():
    rows = [row(f"h{n}", "Bake bread.", "x") for n in range(60)]
    _, figures = marked(*rows, *made(3), **FREE)
    assert list(figures["mix"]["topic"].values()) == [[60, 3, 3]]
