"""Protected sets: what holds an item leaves, what only looks like it stays."""

import polars as pl
import pytest

from tasks.dedup.items.read import ITEMS, items_of_rows
from tasks.dedup.protected import MARKED, ProtectedParams, leaks, mark_protected
from tests.builders import row, table, turn

ASKED = (
    "A ferry carries 48 cars on each crossing and makes 7 crossings every weekday. At weekends it "
    "makes only 4 crossings. How many cars can Marta's ferry carry from Monday to Sunday?"
)
SOLVED = (
    "On weekdays it carries 48*7=<<48*7=336>>336 cars a day.\nIn five days that is "
    "336*5=<<336*5=1680>>1680.\nAt weekends it carries 48*4*2=<<48*4*2=384>>384.\n"
    "Together 1680+384=<<1680+384=2064>>2064.\n#### 2064"
)
LICENCE = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software "
    "and associated documentation files, to deal in the software without restriction, including "
    "without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, "
    "and or sell copies of the software, and to permit persons to whom the software is furnished."
)
SPEECH = (
    "Four score and seven years ago our fathers brought forth on this continent a new nation, "
    "conceived in liberty, and dedicated to the proposition that all men are created equal"
)
OTHERS = [
    row(f"z{n}", f"Tell me one thing about the {thing} that few people know", f"It is a {thing}.")
    for n, thing in enumerate(("otter", "harbour", "violin", "comet", "glacier", "abacus"))
]


def items(*asked, file="test.jsonl"):
    """Items of question, answer and choices."""
    lines = [(f"{file}#{n}", file, *one, *[None] * (3 - len(one))) for n, one in enumerate(asked)]
    return pl.DataFrame(lines, schema=ITEMS, orient="row")


def outcome(rows, protected, **params):
    found = mark_protected(
        table(*rows, *OTHERS), ProtectedParams(**{"rephrased": False, **params}), protected
    )
    frame = found.rows.collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
    assert frame["id"].to_list() == [r["id"] for r in (*rows, *OTHERS)]
    return frame, found


def reason(protected, *turns, **params):
    """Reason of a row that holds `turns`, among rows that hold nothing."""
    frame, _ = outcome([row("a", *turns)], protected, **params)
    assert frame["drop_reason"][1:].null_count() == len(OTHERS)
    return frame["drop_reason"][0]


def put(text, old, new):
    assert old in text
    return text.replace(old, new)


FERRY = items((ASKED, SOLVED))

EXACT = {
    "as it stands": (ASKED, SOLVED),
    "in capitals, with other marks": (ASKED.upper().replace(".", " !"), SOLVED),
    "with emphasis": (put(ASKED, "48 cars", "**48** _cars_"), SOLVED),
    "inside a longer prompt": (f"Solve this for a child. {ASKED} Show the number.", SOLVED),
    "with a wrong answer": (ASKED, "It is 12."),
    "in an earlier turn": (ASKED, SOLVED, "Thanks! And now a joke, please", "No."),
    "in the answer": ("Make up a question about ferries", f"{ASKED}\n{SOLVED}"),
    "in the system turn": (
        turn("system", f"Solve as here: {ASKED}\n{SOLVED}"), turn("user", "Ready?"),
        turn("assistant", "Yes."),
    ),
    "among examples": (
        f"Q: What is 2+2?\nA: 4\n\nQ: {ASKED}\nA: {SOLVED}\n\nQ: What is 5+5?\nA:", "10"
    ),
}  # fmt: skip


@pytest.mark.parametrize("turns", EXACT.values(), ids=EXACT)
def test_an_item_word_for_word_is_found_wherever_it_stands(turns):
    assert reason(FERRY, *turns) == "protected_exact"


NEAR = {
    "a typo": (put(ASKED, "crossing and", "crosisng and"), SOLVED),
    "several slips": (put(put(ASKED, "ferry carries", "fery carries"), "Monday", "Mnoday"), SOLVED),
    "words swapped": (put(ASKED, "makes only", "only makes"), SOLVED),
    "a filler": (put(ASKED, "How many", "So please, how many"), SOLVED),
    "a lost number, the same answer": (put(ASKED, "makes 7 crossings", "makes crossings"), SOLVED),
    "a name that redaction took": (put(ASKED, "Marta's", "<PERSON_1>'s"), SOLVED),
    "a label between its parts": (put(ASKED, "How many", "Question: How many"), SOLVED),
}  # fmt: skip


@pytest.mark.parametrize("turns", NEAR.values(), ids=NEAR)
def test_an_item_with_small_edits_is_near(turns):
    assert reason(FERRY, *turns) == "protected_near"


OTHER = {
    "other numbers": (put(put(ASKED, "48", "52"), "makes 7", "makes 6"), "About 2000."),
    "one other number": (put(ASKED, "48 cars", "50 cars"), SOLVED),
    "the template": (
        "A lorry carries 31 pianos on each trip and makes 5 trips every weekday. At weekends it "
        "makes only 2 trips. How many pianos can Otto's lorry carry from Monday to Sunday?", "837",
    ),
    "another question on it": (
        put(ASKED, "How many cars can Marta's ferry carry from Monday to Sunday?",
            "What does the captain earn if every crossing brings him nine coins?"), "A lot.",
    ),
    "the beginning alone": (ASKED[:70], "Yes."),
    "one word in place of another": (put(ASKED, "cars can", "bicycles can"), "None."),
}  # fmt: skip


@pytest.mark.parametrize("turns", OTHER.values(), ids=OTHER)
def test_another_question_from_one_template_is_no_item(turns):
    assert reason(FERRY, *turns) is None


def test_a_licence_that_an_item_quotes_flags_no_row_that_has_it():
    asked = items((f"Which of the licences below is it, and since when?\n\n{LICENCE}", "MIT, 1988"))
    rows = [
        row(f"a{n}", f"Write a file header in {lang}", f"{LICENCE}\n\nint main() {{}} // {lang}")
        for n, lang in enumerate(("C", "Java", "Rust", "Go"))
    ]
    assert outcome(rows, asked)[0]["drop_reason"].null_count() == len(rows) + len(OTHERS)
    whole = row("b", asked["question"][0], "It is MIT.")
    frame, _ = outcome([*rows, whole], asked)
    assert frame.filter(pl.col("drop_reason").is_not_null())["id"].to_list() == ["b"]


@pytest.mark.parametrize("answer", ["The MIT licence", None], ids=["an answer", "no answer"])
def test_a_licence_in_one_row_alone_is_not_the_question_about_it(answer):
    asked = items((f"Which licence is this?\n\n{LICENCE}", answer))
    assert reason(asked, "Write a file header", f"{LICENCE}\n\nint main() {{}}") is None
    assert reason(asked, f"Put this into German: {LICENCE}", "Hiermit wird erlaubt") is None
    assert reason(asked, asked["question"][0], "The MIT licence.") == "protected_exact"


@pytest.mark.parametrize(
    "question", [f'Who said: "{SPEECH}"?', SPEECH], ids=["a question about it", "nothing but it"]
)
def test_a_famous_quotation_flags_no_essay_that_has_it(question):
    asked = items((question, "Abraham Lincoln at Gettysburg"))
    essay = f"Great speeches begin with a number. One of them opens like this: {SPEECH}. " + (
        "It is short, and it is remembered because every word of it had been weighed before. " * 3
    )
    assert reason(asked, "Write about the openings of speeches", essay) is None
    told = f"{question}\nIt was Abraham Lincoln, at Gettysburg."
    assert reason(asked, "Give me a quiz", told) == "protected_exact"


def test_a_system_prompt_that_many_rows_share_flags_none():
    shared = "You are a helpful, honest and harmless assistant that answers in short sentences"
    asked = items((f"{shared}.\n\nName the river that flows through the town of Ulm", "Danube"))
    rows = [
        row(
            f"a{n}",
            turn("system", shared),
            turn("user", f"Sum of {n} and 2"),
            turn("assistant", "5"),
        )
        for n in range(9)
    ]
    assert outcome(rows, asked)[0]["drop_reason"].null_count() == len(rows) + len(OTHERS)


CAPITAL = items(("What is the capital of France?", "The capital is Paris"), ("What is pi?", "3.14"))


def test_a_short_question_needs_its_answer():
    asked = CAPITAL["question"][0]
    assert reason(CAPITAL, asked, "The capital is Paris.") == "protected_exact"
    assert reason(CAPITAL, asked, "I would rather not say.") is None
    assert reason(CAPITAL, put(asked, "France", "Spain"), "The capital is Madrid.") is None
    assert reason(CAPITAL, "What is pi?", "3.14") is None, "three words are no question of a test"


def test_choices_stand_for_the_answer_of_a_short_question():
    asked = items(("Which of these animals is a rodent?", "Beaver", ["Bat", "Wolverine", "Beaver"]))
    question = asked["question"][0]
    assert reason(asked, f"{question}\nA. Bat\nB. Wolverine\nC. Beaver", "C") == "protected_exact"
    assert reason(asked, f"{question}\nA. Cow\nB. Mouse\nC. Hen", "B") is None


def test_a_formula_with_other_signs_is_another():
    asked = items(("Solve the equation x^3 - 4x^2 + 6x - 24 = 0 for all real x", "x = 4"))
    assert reason(asked, asked["question"][0], "x = 4") == "protected_exact"
    assert reason(asked, put(asked["question"][0], "+ 6x - 24", "- 6x + 24"), "x = 4") is None


@pytest.mark.parametrize("answer", [SOLVED, None], ids=["with its answer", "that has no answer"])
def test_an_item_that_was_planted_fifty_times_is_found_fifty_times(answer):
    words = ["ferry", "carries", "crossing and", "weekday", "weekends"]
    slips = [put(ASKED, word, word[1] + word[0] + word[2:]) for word in words]
    rows = [row(f"a{n}", f"Task {n} of pupil {n * 7}: {ASKED}", SOLVED) for n in range(50)]
    rows += [row(f"b{n}", f"Pupil {n * 7}: {slips[n % 5]}", SOLVED) for n in range(50)]
    frame, found = outcome(rows, items((ASKED, answer)))
    given = frame["drop_reason"].to_list()
    assert given[:50] == ["protected_exact"] * 50
    assert given[50:100] == ["protected_near"] * 50
    assert given[100:] == [None] * len(OTHERS)
    assert found.figures["found"] == 1


def test_an_item_without_an_answer_must_stand_there_whole():
    wish = "Write a limerick about a lighthouse keeper from Brest and use the word lantern twice"
    asked = items((wish,))
    assert reason(asked, wish, "There was a ...") == "protected_exact"
    assert reason(asked, put(wish, "keeper", "keper"), "There was a ...") == "protected_near"
    assert reason(asked, put(wish, "lantern", "anchor"), "There was a ...") is None


SCRIPTS = {
    "Chinese": ("小明有十二个苹果，给了邻居三个，又在市场买了五个，他现在有几个苹果？", "14"),
    "Russian": ("Сколько килограммов муки нужно пекарю, чтобы испечь сорок буханок хлеба?", "20"),
    "Arabic": ("كم عدد الأيام التي يحتاجها العامل لبناء جدار طوله عشرون مترا في القرية؟", "5"),
    "Thai": ("ชาวนาคนหนึ่งมีวัวสิบสองตัวและขายไปห้าตัวที่ตลาดเมื่อวานนี้ เหลือกี่ตัว", "7"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "told"), SCRIPTS.values(), ids=SCRIPTS)
def test_scripts_of_all_kinds_are_read(asked, told):
    assert reason(items((asked, told)), asked, told) == "protected_exact"
    assert reason(items((asked, told)), asked[: len(asked) // 3], told) is None


def test_the_evidence_names_the_item_its_share_and_its_place_and_shows_no_text():
    prompt = f"½ of it is easy. {ASKED} Think!"
    frame, found = outcome([row("a", "Hello", "Hi", prompt, SOLVED)], FERRY)
    start = prompt.index(ASKED)
    assert frame["drop_detail"][0] == (
        f"test.jsonl#0: 100 % of it, turn 3, characters {start} to {start + len(ASKED) - 1}"
    )
    assert frame["drop_score"][0] == 1
    assert found.evidence.rows() == [("test.jsonl", 1, 1, 1, 0, 0)]
    assert found.figures == {
        "items": 1, "found": 1, "too_short": 0, "candidates": 1, "candidates_by_meaning": 0
    }  # fmt: skip


def test_of_two_items_the_surer_one_is_named():
    both = items((put(ASKED, "ferry carry", "fery carry"), SOLVED), (ASKED, SOLVED))
    frame, _ = outcome([row("a", ASKED, SOLVED)], both)
    assert frame["drop_detail"][0].startswith("test.jsonl#1: 100 %")


def test_rows_with_nothing_in_them_hold_nothing():
    empty = [row("a"), row("b", ""), row("c", turn("user", ASKED[:3])), row("d", " ", "\n")]
    assert outcome(empty, FERRY)[0]["drop_reason"].null_count() == len(empty) + len(OTHERS)
    assert outcome([], items())[1].figures["items"] == 0
    assert mark_protected(table(), ProtectedParams(), FERRY).rows.collect().height == 0


def test_without_items_or_switched_off_it_marks_nothing():
    rows = table(row("a", ASKED, SOLVED))
    for params, known in ((ProtectedParams(), None), (ProtectedParams(enabled=False), FERRY)):
        marked = mark_protected(rows, params, known).rows.collect()
        assert marked["drop_reason"].to_list() == [None]


def test_a_row_of_five_megabytes_is_searched_to_its_end():
    long = "The quick brown fox jumps over the lazy dog again and again. " * 80_000
    assert reason(FERRY, long + ASKED, SOLVED) == "protected_exact"


def test_one_split_may_be_held_against_another():
    train = table(row("a", ASKED, SOLVED), *OTHERS)
    test = items_of_rows(table(row("t", put(ASKED, "weekday", "weekdya"), SOLVED), row("u", "")))
    found = leaks(train, test)
    assert found.select("row", "item", "reason").rows() == [(0, "t", "protected_near")]
