"""Answers of a given form over a real endpoint: every rung of the ladder, and its end."""

import json
from collections import Counter

import pytest
from pydantic import BaseModel, Field

from tasks.llm.call import Answer
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.llm.structured import StructuredCall, ask_structured
from tests.fault_server import Fault, FaultServer, chat


class Grade(BaseModel):
    """A form to fill in."""

    score: int = Field(ge=1, le=5)


GOOD = '{"score": 4}'
NO_FORM = {"error": {"message": "response_format is not supported", "param": "response_format"}}


def asks(*texts):
    return [StructuredCall([{"role": "user", "content": text}], 20) for text in texts]


def question(body):
    return body["messages"][0]["content"].split("\n")[0]


@pytest.fixture
def asked(tmp_path):
    """Ask a server that replies so; every result by its question, and the server."""

    def ask(reply, *texts, **params):
        with FaultServer(reply) as server:
            given = LlmParams(
                endpoint=server.url, model="m", **{"attempts": 1, "concurrency": 1, **params}
            )
            with Door(given, str(tmp_path)) as door:
                results = list(ask_structured(door, asks(*texts), Grade))
        assert sorted(r.place for r in results) == list(range(len(texts)))
        return {texts[r.place]: r for r in results}, sum(server.asked.values())

    return ask


def first_then(first, second):
    """Says `first`, and `second` when asked once more."""
    return lambda _, body: chat(first if len(body["messages"]) == 1 else second)


def test_an_endpoint_that_keeps_to_the_schema_is_asked_once(asked):
    def reply(_path, body):
        schema = body["response_format"]["json_schema"]
        assert schema["strict"]
        assert schema["schema"]["required"] == ["score"]
        return chat(GOOD)

    results, calls = asked(reply, "a", "b")
    assert {(r.value.score, r.reason, r.rung) for r in results.values()} == {(4, None, "strict")}
    assert calls == 2


@pytest.mark.parametrize(
    ("said", "rung"),
    [(GOOD, "strict"), (f"```json\n{GOOD}\n```", "fenced"), ('{"score": 4', "repaired")],
)
def test_every_rung_is_told(asked, said, rung):
    results, calls = asked(lambda *_: chat(said), "a")
    assert (results["a"].value, results["a"].rung, calls) == (Grade(score=4), rung, 1)


@pytest.mark.parametrize("said", ["Four, I would say.", '{"score": 9}', ""])
def test_a_formless_answer_is_asked_for_once_more_with_what_was_wrong(asked, said):
    seen = []

    def reply(_path, body):
        seen.append(body["messages"])
        return chat(said if len(seen) == 1 else f"```\n{GOOD}\n```")

    results, calls = asked(reply, "a")
    assert (results["a"].value.score, results["a"].rung, calls) == (4, "asked_again", 2)
    *before, told = seen[1]
    assert before == [*seen[0], *([{"role": "assistant", "content": said}] if said else [])]
    assert told["role"] == "user"
    assert "schema" in told["content"]


def test_the_model_is_told_which_limit_it_broke(asked):
    seen = []

    def reply(_path, body):
        seen.append(body["messages"])
        return chat('{"score": 9}')

    asked(reply, "a")
    assert "score: Input should be less than or equal to 5" in seen[1][-1]["content"]


def test_who_finds_no_form_twice_is_unparsable_and_asked_no_third_time(asked):
    results, calls = asked(first_then("Four.", "Four, really: private@example.org."), "a", "b")
    assert {(r.value, r.reason, r.rung) for r in results.values()} == {(None, "unparsable", "")}
    assert calls == 4
    assert "private" not in str(results), "details hold no text of an answer"


def test_a_body_of_another_form_is_asked_for_once_more(asked):
    replies = iter([{"choices": [{"message": {"content": 7}}]}, chat(GOOD)])
    results, calls = asked(lambda *_: next(replies), "a")
    assert (results["a"].rung, calls) == ("asked_again", 2)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (chat("", refusal="No."), "refused"),
        (chat("I'm sorry, but I can't help with that."), "refused"),
        (chat("", finish="content_filter"), "refused"),
        (chat('{"score": 4, "why": "be', finish="length"), "cut_short"),
    ],
)
def test_what_asking_again_would_not_mend_is_asked_once(asked, body, reason):
    results, calls = asked(lambda *_: body, "a")
    assert (results["a"].value, results["a"].reason, calls) == (None, reason, 1)


def test_a_whole_answer_that_ran_on_to_its_limit_is_taken(asked):
    results, _ = asked(lambda *_: chat(GOOD + "\n" * 30, finish="length"), "a")
    assert (results["a"].value, results["a"].reason) == (Grade(score=4), None)


def without_schemas(_path, body):
    if "response_format" in body:
        return Fault(400, body=NO_FORM)
    assert "JSON schema" in body["messages"][-1]["content"]
    return chat(GOOD)


def test_an_endpoint_without_schemas_is_told_of_the_form_in_the_prompt(asked):
    results, calls = asked(without_schemas, *"abcdefghij")
    assert {(r.value.score, r.rung) for r in results.values()} == {(4, "strict")}
    assert calls < 10 + 5, "once it is known, nobody asks with a schema"


def test_a_formless_answer_without_schemas_is_asked_for_once_more_too(asked):
    def reply(_path, body):
        if "response_format" in body:
            return Fault(400, body=NO_FORM)
        return chat("Four." if len(body["messages"]) == 1 else GOOD)

    results, calls = asked(reply, "a")
    assert (results["a"].value.score, results["a"].rung, calls) == (4, "asked_again", 3)


def test_a_call_that_is_wrong_by_itself_does_not_take_the_schema_from_the_others(asked):
    bare = Counter()

    def reply(_path, body):
        if question(body) == "too long":
            return Fault(400, body={"error": {"message": "maximum context length"}})
        bare[question(body)] += "response_format" not in body
        return chat(GOOD)

    results, _ = asked(reply, "too long", *"abcdefghij")
    assert results["too long"].reason == "call_rejected"
    assert {results[t].rung for t in "abcdefghij"} == {"strict"}
    assert not +bare


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(Fault(401), "key_rejected"), (Fault(429), "rate_limited"), (Fault(500), "endpoint_failed")],
)
def test_a_call_without_an_answer_keeps_the_doors_reason(asked, fault, reason):
    results, _ = asked(lambda *_: fault, "a")
    assert (results["a"].value, results["a"].reason) == (None, reason)


def test_many_of_all_kinds_end_each_with_one_result(asked):
    kinds = {
        "good": lambda again: chat(GOOD),
        "late": lambda again: chat(GOOD if again else "Hm."),
        "never": lambda again: chat("Hm."),
        "cut": lambda again: chat("{", finish="length"),
    }

    def reply(_path, body):
        return kinds[question(body).split()[0]](len(body["messages"]) > 1)

    texts = [f"{kind} {i}" for i in range(50) for kind in kinds]
    results, calls = asked(reply, *texts, concurrency=8)
    ends = Counter((text.split()[0], r.reason or r.rung) for text, r in results.items())
    assert ends == {
        ("good", "strict"): 50, ("late", "asked_again"): 50, ("never", "unparsable"): 50,
        ("cut", "cut_short"): 50,
    }  # fmt: skip
    assert calls == 50 + 100 + 100 + 50


class Slow:
    """A model that answers each call before it draws the next."""

    identity, grade = "slow", "real"

    def ask(self, calls):
        for place, call in enumerate(calls):
            yield place, Answer(chat("Hm." if len(call.body["messages"]) == 1 else GOOD))


def test_requests_are_drawn_as_answers_leave():
    drawn = []

    def requests():
        for text in map(str, range(1000)):
            drawn.append(text)
            yield from asks(text)

    results = ask_structured(Slow(), requests(), Grade)
    for _ in range(10):
        assert next(results).rung == "asked_again"
    assert len(drawn) <= 11
    assert json.loads(next(results).value.model_dump_json()) == {"score": 4}
