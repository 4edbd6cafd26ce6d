"""Items in other words: meaning, numbers and answer must agree; one is not enough."""

from importlib.util import find_spec

import polars as pl
import pytest

from tasks.dedup.items.facts import names, numbers, overlap
from tasks.dedup.protected import ProtectedParams, mark_protected
from tasks.embed.minilm import MODEL
from tasks.llm import weights
from tests.builders import row, table
from tests.tasks.dedup.test_protected import ASKED, OTHERS, SOLVED, items, put

pytestmark = pytest.mark.skipif(
    not find_spec("wordllama"), reason="needs the package wordllama (x86-64 Linux)"
)
REPHRASED = (
    "On each crossing a ferry takes 48 cars, and on every weekday it does 7 crossings. On Saturday "
    "and Sunday there are just 4 crossings a day. What number of cars is Marta's ferry able to "
    "carry over the whole week, Monday through Sunday?"
)
GERMAN = (
    "Eine Fähre nimmt bei jeder Überfahrt 48 Autos mit und fährt an jedem Werktag 7 Mal. Am "
    "Wochenende fährt sie nur 4 Mal. Wie viele Autos kann Marta damit von Montag bis Sonntag "
    "befördern?"
)
GELOEST = "An Werktagen sind es 48*7=336 Autos, am Wochenende 48*4*2=384.\nZusammen: 2064"
FERRY = items((ASKED, SOLVED))


@pytest.fixture(scope="session", params=[False, True], ids=["static", "minilm"])
def minilm(request):
    there = find_spec("onnxruntime") and weights.is_installed(MODEL)
    if request.param and not there:
        pytest.skip("needs the model: finery models install minilm-l6")
    return request.param


def reason(minilm, asked, told, protected=FERRY, **params):
    rows = table(row("a", asked, told), *OTHERS)
    found = mark_protected(rows, ProtectedParams(**params), protected, minilm=minilm)
    given = found.rows.select("drop_reason", "drop_score", "drop_detail").collect()
    assert given["drop_reason"][1:].null_count() == len(OTHERS)
    return given.row(0)


def test_an_item_in_other_words_is_found(minilm):
    given, score, detail = reason(minilm, REPHRASED, SOLVED)
    assert given == "protected_rephrased"
    assert 0.8 <= score < 1
    assert detail.endswith(f"turn 1, characters 0 to {len(REPHRASED)}")


def test_a_translation_is_found_by_its_numbers_its_names_and_the_answer(minilm):
    assert reason(minilm, GERMAN, GELOEST)[0] == "protected_rephrased"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (put(REPHRASED, "48", "36"), put(SOLVED, "2064", "1548")),
        (REPHRASED, "It comes to 1999 cars in all."),
        (put(GERMAN, "Marta", "Otto"), GELOEST),
        (put(GERMAN, "48", "36"), GELOEST),
        (GERMAN, put(GELOEST, "2064", "1999")),
        (
            "A printer makes 48 pages in 7 minutes, and 4 of them are blank. How many pages with "
            "something on them come out?", "2064",
        ),
    ],
    ids=["another number", "another answer", "another name", "another number, translated",
         "another answer, translated", "the same numbers, another matter"],
)  # fmt: skip
def test_what_agrees_in_part_is_another_question(minilm, asked, told):
    assert reason(minilm, asked, told)[0] is None


def test_it_can_be_switched_off(minilm):
    assert reason(minilm, REPHRASED, SOLVED, rephrased=False)[0] is None


def test_short_questions_are_not_looked_for_in_other_words(minilm):
    short = items(("Why is the sky blue?", "Because air scatters blue light the most"))
    told = "Because air scatters blue light the most."
    assert reason(minilm, "What is the reason that the sky is blue?", told, short)[0] is None


def test_numbers_are_read_as_figures_and_as_words():
    texts = pl.Series(["Twelve of 1,200.50 and one 3.0", "thrice a dozen, twice", "none", None])
    assert numbers(texts).to_list() == [["12", "1200.50", "3"], ["12", "2", "3"], [], []]
    assert overlap(["2", "3"], ["3", "4"]) == pytest.approx(1 / 3)
    assert overlap([], []) == 1


def test_names_stand_with_a_capital_inside_a_sentence():
    told = "Anna gave Ben's cat to Carla in May. Then she left for New York on Monday"
    assert names(told) == {"ben", "carla", "new", "york"}
