"""CSV tables: delimiters, headers, ragged rows and stray quotes."""

import json

import pytest

from tasks.ingest.csv_table import read_csv
from tasks.ingest.records import Fault


def values(text, **how):
    found = read_csv(text, **how).records
    return [r.value.reason if isinstance(r.value, Fault) else r.value for r in found]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_known_columns(delimiter):
    text = f"question{delimiter}answer\na, b; c{delimiter}d\n".replace("a, b; c", '"a, b; c"')
    assert values(text) == [{"question": "a, b; c", "answer": "d"}]


def test_commas_in_unquoted_cells_do_not_hide_another_delimiter():
    assert values("question;sql\na, b, c;d\ne, f, g;h\n")[0] == {"question": "a, b, c", "sql": "d"}


def test_cells_hold_line_ends_and_quotes_and_keep_their_line():
    table = read_csv('prompt,answer\n"one\ntwo ""x""",a\nb,c\n')
    assert [(r.row, r.line, r.value) for r in table.records] == [
        (0, 2, {"prompt": 'one\ntwo "x"', "answer": "a"}), (1, 4, {"prompt": "b", "answer": "c"}),
    ]  # fmt: skip


def test_ragged_rows_are_faults_and_their_neighbours_are_not():
    assert values("prompt,input,answer\na,,b\nc,d\ne,,f,g\nh,,i\n") == [
        {"prompt": "a", "input": "", "answer": "b"}, "too_few_fields", "too_many_fields",
        {"prompt": "h", "input": "", "answer": "i"},
    ]  # fmt: skip


def test_an_open_quote_costs_its_line_and_not_the_rest_of_the_file():
    assert values('prompt,answer\n"a,b\nc,d\ne,f\n') == [
        "malformed_csv", {"prompt": "c", "answer": "d"}, {"prompt": "e", "answer": "f"},
    ]  # fmt: skip


def test_an_empty_line_is_a_record():
    assert values("prompt,answer\na,b\n\nc,d\n")[1] == "empty_line"


def test_two_columns_without_known_names_are_prompt_and_answer_and_that_is_said():
    table = read_csv("q1,a1\nq2,a2\n")
    assert next(r.value for r in table.records) == {"prompt": "q1", "answer": "a1"}
    assert "--text-columns" in table.notes[0]


def test_a_header_that_the_user_named_is_a_header():
    assert values("ask,say\na,b\n", wanted=["ask", "say"]) == [{"ask": "a", "say": "b"}]


def test_columns_without_a_header_can_be_named_by_number():
    assert values("a b,c d,e f\n", wanted=["column_1", "column_3"]) == [
        {"column_1": "a b", "column_2": "c d", "column_3": "e f"}
    ]


def test_a_first_line_of_words_is_a_header_and_one_of_sentences_is_data():
    assert len(values("id,section,dialogue_text\n1,2,3\n")) == 1
    assert len(values("a b,c d,e f\n1,2,3\n")) == 2


def test_a_repeated_column_name_is_numbered_and_that_is_said():
    table = read_csv("prompt,answer,answer\na,b,c\n")
    assert [r.value for r in table.records] == [{"prompt": "a", "answer": "b", "answer_2": "c"}]
    assert "answer=NAME_2" in table.notes[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [("", []), ("\n\n", ["empty_line"] * 2), ("prompt,answer\n", [])],
)
def test_a_table_without_rows_has_empty_lines_at_most(text, found):
    assert values(text) == found


def test_lines_before_the_header_are_records_too():
    assert values("\nprompt,answer\na,b\n") == ["empty_line", {"prompt": "a", "answer": "b"}]


def test_a_cell_beyond_the_modules_own_limit_is_read():
    assert len(values(f"prompt,answer\n{'x' * 200_000},b\n")[0]["prompt"]) == 200_000


def test_the_known_edge_cases_are_read_as_expected(data):
    for line in (data / "nasty/lists/csv_spectrum.jsonl").read_text().split("\n"):
        if not line or isinstance(json.loads(line)["expected"], dict):
            continue  # one case of the list expects other values than it holds
        case = json.loads(line)
        if case["name"] == "newlines_crlf":
            continue  # its own line ends were lost in the list
        columns = list(case["expected"][0])
        assert values(case["csv"], wanted=columns) == case["expected"], case["name"]
