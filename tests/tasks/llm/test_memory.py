"""What was answered stays answered: for other threads, other processes, and after damage."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tasks.base.errors import StageError
from tasks.llm.call import Call
from tasks.llm.memory import Memory, Remembered, Totals


@pytest.fixture
def memory(tmp_path):
    opened = Memory(str(tmp_path))
    yield opened
    opened.close()


def key(text):
    return Call("/x", {"input": text}).key("m")


def keep(memory, text, body, size=10, model="m"):
    memory.remember(model, [(key(text), size, Remembered(body, 7, 3))])


def test_an_answer_comes_back_as_it_was(memory):
    body = {"text": "né\u2028\u0000🙂", "nested": [1, 2.5, None, {"a": True}]}
    keep(memory, "one", body)
    assert memory.recall(key("one")) == Remembered(body, 7, 3)
    assert memory.recall(key("another")) is None
    assert (memory.knows(key("one")), memory.knows(key("another"))) == (True, False)


def test_the_first_answer_stays_and_is_counted_once(memory):
    keep(memory, "one", {"n": 1})
    keep(memory, "one", {"n": 2})
    assert memory.recall(key("one")).body == {"n": 1}
    assert memory.totals("m") == Totals(1, 10, 7, 3)


def test_totals_are_kept_by_model_and_without_questions_of_unknown_size(memory):
    keep(memory, "one", {}, model="a")
    keep(memory, "two", {}, model="b")
    keep(memory, "three", {}, size=0, model="b")
    assert memory.totals("a") == memory.totals("b") == Totals(1, 10, 7, 3)
    assert memory.totals("c") == Totals()


def test_what_one_opening_wrote_another_reads_at_once(memory, tmp_path):
    other = Memory(str(tmp_path))
    keep(memory, "one", {"n": 1})
    assert other.recall(key("one")).body == {"n": 1}
    other.close()


def test_many_threads_write_through_several_openings_and_nothing_is_lost(tmp_path):
    openings = [Memory(str(tmp_path)) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: keep(openings[i % 4], str(i), {"n": i}), range(200)))
    assert [openings[0].recall(key(str(i))).body["n"] for i in range(200)] == list(range(200))
    assert openings[0].totals("m").answers == 200
    for one in openings:
        one.close()


def test_either_all_that_arrived_together_is_written_or_nothing(memory):
    bad = (key("two"), 10, Remembered({}, 1, object()))
    with pytest.raises(StageError):
        memory.remember("m", [(key("one"), 10, Remembered({}, 1, 1)), bad])
    assert not memory.knows(key("one"))
    keep(memory, "one", {"n": 1})
    assert memory.knows(key("one")), "and it goes on afterwards"


@pytest.mark.parametrize("content", [b"this is no database" * 100, os.urandom(5000)])
def test_a_file_that_is_no_database_is_an_error_that_says_what_to_delete(tmp_path, content):
    path = tmp_path / "memo/llm/answers.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(StageError, match=r"memo/llm/answers\.sqlite in the store.*delete it"):
        Memory(str(tmp_path))
    assert path.read_bytes() == content, "nobody deletes it but its owner"


def test_damage_in_the_middle_of_the_file_is_the_same_error(tmp_path):
    memory = Memory(str(tmp_path))
    answers = [(key(str(i)), 5, Remembered({"n": os.urandom(50).hex()}, 1, 1)) for i in range(500)]
    memory.remember("m", answers)
    memory.close()
    path = tmp_path / "memo/llm/answers.sqlite"
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xa5" * (len(content) - 12288)
    path.write_bytes(content)
    memory = Memory(str(tmp_path))
    with pytest.raises(StageError, match="delete it"):
        [memory.recall(key(str(i))) for i in range(500)]
    memory.close()


def test_an_answer_that_was_damaged_is_the_same_error(memory):
    keep(memory, "one", {"n": 1})
    with sqlite3.connect(memory.path) as db:
        db.execute("UPDATE answers SET body = x'00'")
    with pytest.raises(StageError, match="delete it"):
        memory.recall(key("one"))


def test_another_sample_path_or_model_is_another_question():
    one = Call("/x", {"a": 1, "b": 2})
    assert one.key("m") == Call("/x", {"b": 2, "a": 1}, tokens_out=9).key("m")
    others = {
        one._replace(sample=1).key("m"), one._replace(path="/y").key("m"), one.key("n"),
        Call("/x", {"a": 1, "b": 3}).key("m"),
    }  # fmt: skip
    assert len({one.key("m"), *others}) == 5
