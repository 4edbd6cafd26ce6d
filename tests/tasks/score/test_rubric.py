"""The rubric that ships, one of the user's own, and what is said of a mistake in it."""

import hashlib

import pytest

from tasks.base.errors import UsageError
from tasks.score.rubric import BUILT_IN, BUILT_IN_SHA256, load_rubric

GOOD = """
name: house
version: 2
criteria:
  - name: tone
    text: Is it friendly?
    kind: predicate
  - name: depth
    text: How deep is it?
    levels: [shallow, fair, deep]
    quality: false
"""


@pytest.fixture
def put(tmp_path):
    def put(text):
        file = tmp_path / "rubric.yaml"
        file.write_text(text)
        return str(file)

    return put


def test_the_rubric_that_ships_asks_six_things_on_five_levels_each():
    rubric = load_rubric()
    assert [c.name for c in rubric.criteria] == [
        "relevancy", "task_alignment", "consistency", "format", "correctness", "complexity",
    ]  # fmt: skip
    assert {len(c.answers) for c in rubric.criteria} == {5}
    assert [c.name for c in rubric.criteria if not c.quality] == ["complexity"]


def test_the_rubric_that_ships_is_the_one_that_the_code_names():
    assert hashlib.sha256(BUILT_IN.read_bytes()).hexdigest() == BUILT_IN_SHA256, (
        "write the new digest into BUILT_IN_SHA256, so that grades are computed anew"
    )


def test_a_rubric_of_ones_own_may_hold_predicates_and_scores(put):
    rubric = load_rubric(put(GOOD))
    assert (rubric.name, rubric.version) == ("house", 2)
    assert [c.answers for c in rubric.criteria] == [("no", "yes"), ("shallow", "fair", "deep")]


def test_another_word_in_it_is_another_rubric(put):
    one = load_rubric(put(GOOD)).identity
    assert one != load_rubric(put(GOOD.replace("How deep is it", "How deep was it"))).identity
    assert one == load_rubric(put(GOOD + "\n# a comment")).identity


PLAIN = "kind: predicate\n    quality: false"
NO_GRADE = "no criterion is about quality"
MISTAKES = {
    "a field of another name": (
        "levels: [shallow", "levls: [shallow", r"line 10, criteria\.1\.levls.*did you mean 'levels'"
    ),
    "one level": ("[shallow, fair, deep]", "[deep]", r"line 8, criteria\.1: .*2 to 10 levels"),
    "a level that is no text": ("fair, deep", "3, deep", r"line 10, criteria\.1\.levels\.1"),
    "no text": ("    text: How deep is it?\n", "", r"line 8, criteria\.1\.text: field required"),
    "a predicate with levels": (
        "kind: predicate", "levels: [a, b]\n    kind: predicate", r"5, criteria\.0: a predicate"
    ),
    "a choice": ("quality: false", "kind: choice", r"line 8, criteria\.1: a choice has no worst"),
    "a name twice": ("name: depth", "name: tone", "two criteria are named 'tone'"),
    "a name of the judge's own": ("name: depth", "name: mass", "'mass' is the name of a column"),
    "a name with a space": ("name: depth", "name: the depth", r"line 8, criteria\.1\.name"),
    "nothing about quality": ("kind: predicate", PLAIN, NO_GRADE),
    "no criteria": (GOOD[GOOD.index("criteria") :], "criteria: []", NO_GRADE),
    "a version that is none": ("version: 2", "version: two", "line 3, version"),
    "no YAML": ("[shallow", "[[shallow", "line .*is not YAML"),
    "a list": (GOOD, "- 1", "must be a mapping"),
    "nothing": (GOOD, "", "must be a mapping"),
}  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_line_and_field(put, there, instead, told):
    assert there in GOOD
    with pytest.raises(UsageError, match=told) as caught:
        load_rubric(put(GOOD.replace(there, instead)))
    assert "rubric.yaml" in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.yaml: cannot be read"):
        load_rubric(str(tmp_path / "nowhere.yaml"))


def test_just_some_criteria_keep_the_order_of_the_rubric():
    chosen = load_rubric().only(("correctness", "relevancy"))
    assert [c.name for c in chosen.criteria] == ["relevancy", "correctness"]
    assert chosen.identity != load_rubric().identity


@pytest.mark.parametrize(
    ("names", "told"),
    [(("relevance",), "no 'relevance'; did you mean 'relevancy'"),
     (("relevancy", "zzz"), "no 'zzz'; known here are relevancy, task_alignment"),
     (("complexity",), "leaves none about quality")],
)  # fmt: skip
def test_criteria_that_make_no_grade_are_refused(names, told):
    with pytest.raises(UsageError, match=told):
        load_rubric().only(names)
