"""What people decided travels with every copy of a record, and is done by stages like any other."""

import polars as pl
import pytest

from tasks.base.cache import key_of
from tasks.base.dataset import read_dataset
from tasks.base.errors import UsageError
from tasks.dedup.exact import ExactDedupParams, dedup_exact
from tasks.dedup.near import NearDedupParams, dedup_near
from tasks.review.answers import DECISIONS
from tasks.review.copies import drop_copies
from tasks.review.decided import DecisionFile, decided
from tasks.review.edits import edit_answers
from tasks.review.params import DecideParams, ReviewParams
from tasks.review.rows import drop_rejected
from tasks.review.told import tell_decisions
from tests.builders import row, texts

ON = DecideParams()
LONG = "Explain in a few words how to bake a loaf of rye bread at home"
TOLD = "Mix rye flour, water, salt and sourdough, let it rise over night and bake it for an hour."
ROWS = [
    row("a-0", "q a", "old a"), row("b-0", "q b", "old b"), row("b-1", "q b", "old b"),
    row("c-0", LONG, TOLD), row("d-0", LONG.replace("Explain", "Please explain"), TOLD),
]  # fmt: skip


@pytest.fixture
def told(store, tmp_path):
    """The rows, with what people decided."""

    def tell(*decisions, rows=ROWS):
        file = tmp_path / "review.parquet"
        given = [{"votes": 2, "of": 2, **one} for one in decisions]
        pl.DataFrame(given, schema=DECISIONS, orient="row").write_parquet(file)
        files = (DecisionFile(path=str(file)),)
        return tell_decisions.fn(store(*rows), ON, files), files

    return tell


def column(data, name):
    return dict(read_dataset(data).select("id", name).collect().iter_rows())


def ids(data):
    return sorted(read_dataset(data).collect()["id"])


def test_a_decision_holds_for_every_copy_of_the_record_and_says_by_how_many_and_why(told):
    result, _ = told({"id": "b-1", "decision": "drop", "votes": 2, "of": 3, "reason": "wrong"})
    assert column(result.data, "score_review") == {
        "a-0": None, "b-0": "drop", "b-1": "drop", "c-0": None, "d-0": None,
    }  # fmt: skip
    assert column(result.data, "score_review_detail")["b-0"] == "2 of 3 people: drop (wrong)"
    assert result.report.figures == {"drop": 2, "alone": 0, "elsewhere": 0}


def test_decisions_over_rows_that_are_gone_are_counted(told):
    result, _ = told({"id": "gone-0", "decision": "keep"})
    assert result.report.figures["elsewhere"] == 1


def test_rejected_rows_leave_with_their_votes(told):
    result, _ = told({"id": "a-0", "decision": "drop"})
    lost = drop_rejected.fn(result.data, ON)
    assert lost.report.dropped == {"rejected_by_review": 1}
    assert column(lost.dropped, "drop_detail") == {"a-0": "2 of 2 people: drop"}


def test_a_row_that_people_want_kept_is_spared_by_a_filter_which_says_what_it_would_have_done(told):
    result, _ = told(
        {"id": "d-0", "decision": "keep"}, {"id": "c-0", "decision": "keep"}, rows=ROWS[3:]
    )
    near = dedup_near.fn(result.data, NearDedupParams())
    assert near.dropped.rows == 0
    assert ids(near.data) == ["c-0", "d-0"]
    (mark,) = read_dataset(near.spared).collect().rows(named=True)
    assert mark["drop_reason"] == "near_duplicate"
    without = dedup_near.fn(told(rows=ROWS[3:])[0].data, NearDedupParams())
    assert without.dropped.rows == 1  # the same rows, if nobody had wanted them


def test_copies_byte_for_byte_stay_copies_whoever_wants_them(told):
    result, _ = told({"id": "b-0", "decision": "keep"})
    exact = dedup_exact.fn(result.data, ExactDedupParams())
    assert ids(exact.dropped) == ["b-1"]


def test_an_edit_replaces_the_answer_of_every_copy_and_nothing_else(told):
    result, files = told({"id": "b-0", "decision": "edit", "answer": "new b"})
    edited = edit_answers.fn(result.data, ON, files)
    assert texts(read_dataset(edited.data))[:3] == [
        ["q a", "old a"], ["q b", "new b"], ["q b", "new b"],
    ]  # fmt: skip
    assert ids(edited.edits) == ["b-0", "b-1"]


def test_what_people_call_a_copy_leaves_beside_what_it_repeats_and_names_it(told):
    result, _ = told({"id": "d-0", "decision": "drop", "twin": "c-0"})
    lost = drop_copies.fn(result.data, ON)
    assert column(lost.dropped, "drop_twin_of") == {"d-0": "c-0"}
    assert drop_rejected.fn(lost.data, ON).dropped.rows == 0


@pytest.mark.parametrize(
    "more", [{"id": "gone-0", "decision": "keep"}, {"id": "c-0", "decision": "drop"}]
)
def test_a_copy_of_what_is_gone_or_rejected_itself_stays_and_the_ledger_can_say_why(told, more):
    twin = "x-0" if more["id"] == "gone-0" else "c-0"
    result, _ = told({"id": "d-0", "decision": "drop", "twin": twin}, more)
    assert drop_copies.fn(result.data, ON).dropped.rows == 0
    assert column(result.data, "score_review")["d-0"] is None
    assert "not done" in column(result.data, "score_review_detail")["d-0"]
    assert result.report.figures["alone"] == 1


def test_of_two_decisions_over_one_record_the_later_file_counts(tmp_path):
    for name, decision in (("old", "keep"), ("new", "drop")):
        pl.DataFrame({"id": ["a-0"], "decision": [decision]}).write_parquet(tmp_path / name)
    files = [DecisionFile(path=str(tmp_path / name)) for name in ("old", "new")]
    assert decided(files)["decision"].to_list() == ["drop"]
    assert decided(files[::-1])["decision"].to_list() == ["keep"]


def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path):
    def refused(path):
        with pytest.raises(UsageError) as error:
            decided([DecisionFile(path=str(path))])
        return str(error.value)

    (tmp_path / "text").write_text("no parquet")
    pl.DataFrame({"id": ["a-0"]}).write_parquet(tmp_path / "ids")
    pl.DataFrame({"id": ["a-0"], "decision": ["perhaps"]}).write_parquet(tmp_path / "words")
    assert "is no file" in refused(tmp_path / "gone")
    assert "is no Parquet" in refused(tmp_path / "text")
    assert "has no column decision" in refused(tmp_path / "ids")
    assert "'perhaps'" in refused(tmp_path / "words")


def test_one_file_may_be_named_without_a_list():
    assert ReviewParams(decisions="a.parquet").decisions == ("a.parquet",)
    assert ReviewParams(decisions="").decisions == ()


def test_what_is_in_files_of_decisions_counts_in_a_cache_and_not_where_they_lie(store, tmp_path):
    def keys(path):
        given = {"data": store(*ROWS), "params": ON, "decisions": (DecisionFile(path=str(path)),)}
        of_run = {"params": ReviewParams(decisions=(str(path),))}
        return key_of(tell_decisions, given), key_of(tell_decisions, of_run)

    for name, decision in (("a", "keep"), ("b", "keep"), ("c", "drop")):
        pl.DataFrame({"id": ["a-0"], "decision": [decision]}).write_parquet(tmp_path / name)
    a, b, c = (keys(tmp_path / name) for name in "abc")
    assert a == b
    assert a[0] != c[0]
    assert a[1] != c[1]
