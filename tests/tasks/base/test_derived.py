"""What is made of a part is made once for the same marks, and again where it is gone."""

import polars as pl
import pytest

from tasks.base.dataset import of_parts, read_dataset
from tasks.base.derived import derive
from tests.builders import row

ROWS = [row(f"r{i}", f"question {i}", "answer") for i in range(7)]


class Maker:
    """Parts rows as the marks say, and remembers which it was asked for."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def __call__(self, rows: pl.DataFrame, marks: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
        self.seen.append(rows["id"].to_list())
        return rows.filter(~marks["goes"]), rows.filter(marks["goes"])


def goes(*places: int) -> pl.DataFrame:
    return pl.DataFrame({"goes": [at in places for at in range(7)]})


@pytest.fixture
def make() -> Maker:
    made = Maker()
    made.__module__ = "tasks.base.stage"  # whose code names the memo
    return made


def ids(data, parts) -> list[str]:
    return read_dataset(of_parts(parts, data.store)).collect()["id"].to_list()


def test_each_part_is_made_with_its_own_marks(store, make):
    data = store(*ROWS, size=3)
    made = derive(data, goes(1, 5, 6), make, "")
    assert ids(data, [kept for kept, _ in made]) == ["r0", "r2", "r3", "r4"]
    assert [ids(data, [lost]) for _, lost in made] == [["r1"], ["r5"], ["r6"]]


def test_a_second_time_only_what_has_other_marks_is_made(store, make):
    data = store(*ROWS, size=3)
    first = derive(data, goes(1, 5), make, "")
    make.seen.clear()
    assert derive(data, goes(1, 5), make, "") == first
    assert make.seen == []
    again = derive(data, goes(1, 4), make, "")
    assert make.seen == [["r3", "r4", "r5"]]
    assert [one == other for one, other in zip(first, again, strict=True)] == [True, False, True]


def test_another_maker_remembers_for_itself(store, make):
    data = store(*ROWS, size=3)
    derive(data, goes(), make, "one")
    make.seen.clear()
    derive(data, goes(), make, "other")
    assert len(make.seen) == 3


@pytest.mark.parametrize("damage", ["gone", "cut short", "zeroed"])
def test_what_is_not_there_any_more_is_made_again(store, make, damage):
    data = store(*ROWS, size=7)
    first = derive(data, goes(1), make, "")
    file = of_parts([first[0][0]], data.store).files()[0]
    whole = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(whole[:-1] if damage == "cut short" else bytes(200) + whole[200:])
    make.seen.clear()
    assert derive(data, goes(1), make, "") == first
    assert len(make.seen) == 1
    assert file.read_bytes() == whole


def test_rows_that_stay_as_they_are_are_not_written_again(store):
    data = store(*ROWS, size=3)

    def same(rows, marks):
        return (rows,)

    same.__module__ = "tasks.base.stage"
    assert [part for (part,) in derive(data, goes(), same, "")] == list(data.parts())
