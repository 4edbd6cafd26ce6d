"""The answer's language beside the question's: flagged only where both are clear."""

import polars as pl
import pytest

from tasks.score.language import language_match

EN = "Please tell me how I can grow tomatoes on a small balcony."
DE = "Tomaten brauchen viel Sonne, regelmäßig Wasser und einen großen Topf mit guter Erde."
EN_ANSWER = "They need a lot of sun, regular water and a large pot with good soil."
FR = "Peux-tu m'expliquer comment faire pousser des tomates sur un petit balcon ?"
RU = "Расскажи, пожалуйста, как вырастить помидоры на маленьком балконе."
ZH = "请告诉我怎样在小阳台上种西红柿，需要多少水和阳光。"


def match(asked, answered):
    return language_match(pl.Series([asked], dtype=pl.String),
                          pl.Series([answered], dtype=pl.String)).item()  # fmt: skip


@pytest.mark.parametrize(("asked", "answered"), [(EN, EN_ANSWER), (FR, FR), (RU, RU), (ZH, ZH)])
def test_the_same_language_is_a_match(asked, answered):
    assert match(asked, answered) == 1


@pytest.mark.parametrize(
    ("asked", "answered"), [(EN, DE), (FR, EN_ANSWER), (RU, EN_ANSWER), (ZH, EN_ANSWER), (EN, ZH)]
)
def test_another_language_is_none(asked, answered):
    assert match(asked, answered) == 0


UNCLEAR = {
    "a translation is asked for": ("Translate this for my neighbour: " + EN_ANSWER, DE),
    "a language is named": (EN + " Write it in German, for my neighbour.", DE),
    "a translation is asked for in German": ("Übersetze das bitte für mich: " + DE, EN_ANSWER),
    "a short answer": (EN, "Viel Sonne!"),
    "a short question": ("Why?", DE),
    "code": ("Please write a function that adds two numbers for me.",
             "def add(eins, zwei):\n    return eins + zwei"),
    "a query": ("How many flights leave from the airport of Boston?",
                "SELECT COUNT(*) FROM flug WHERE abflug = 'Boston'"),
    "a text in another language below the question": (
        "What does the author want to say with this? I mean the mood of it.\n\n" + DE * 3, EN_ANSWER
    ),
    "no answer": (EN, None),
    "no question": (None, DE),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "answered"), UNCLEAR.values(), ids=UNCLEAR)
def test_nothing_is_said_of(asked, answered):
    assert match(asked, answered) is None


def test_languages_that_look_alike_are_one():
    bokmal = "Kan du fortelle meg hvordan jeg dyrker tomater på en liten balkong?"
    danish = "De skal have meget sol, vand hver dag og en stor potte med god jord, siger man."
    assert match(bokmal, danish) != 0


def test_rows_stay_in_their_places():
    asked = pl.Series([EN, None, "Why?", RU, EN])
    answered = pl.Series([DE, DE, DE, RU, EN_ANSWER])
    assert language_match(asked, answered).to_list() == [0, None, None, 1, 1]
    assert language_match(asked.clear(), answered.clear()).to_list() == []
