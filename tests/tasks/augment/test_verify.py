"""What can be checked without an opinion, and what only looks as if it could."""

from fractions import Fraction

import pytest

from tasks.augment.agreement import result_of
from tasks.augment.calculation import calculated, equations_in
from tasks.augment.code import compiles, program_of
from tasks.augment.recipe import Recipe, made_row, turn
from tasks.augment.verify import VerifyParams, mark_wrong
from tasks.base.errors import UsageError
from tasks.llm.door import Door
from tasks.llm.params import BudgetParams, LlmParams
from tests.builders import row, table
from tests.fault_server import Fault, FaultServer, chat


@pytest.mark.parametrize(
    "text",
    [
        "3 + 4 = 7", "So 3*(2+5) = 21 apples.", "12 / 4 = 3", "1,200 + 300 = 1,500",
        "10 / 3 = 3.33", "10 / 3 = 3.3", "2 x 6 = 12", "2 × 6 = $12", "8 ÷ 2 = 4", "5 − 7 = -2",
        "0.1 + 0.2 = 0.3", "100 / 7 = 14", "100 / 7 = 15", "(1 + 2) * (3 + 4) = 21",
        r"4 \times 5 = 20", "007 + 1 = 8", "1,000,000 / 7 = 142,900",
    ],
)  # fmt: skip
def test_a_calculation_that_comes_out_holds(text):
    assert list(equations_in(text)) == [True]


@pytest.mark.parametrize(
    "text",
    ["3 + 4 = 8", "3*(2+5) = 20", "12 / 4 = 4", "10 / 3 = 3.5", "5 - 7 = 2", "1,200 + 300 = 1,501",
     "2.5 * 2 = 5.1", "100 / 7 = 16",
     "- 2 + 3 = 6\n- next", "It is 2 + 2 = 5 apples.", "Sum: 2 + 2 = 5", "1. 2 + 2 = 5"],
)  # fmt: skip
def test_a_calculation_that_does_not_come_out_is_found(text):
    assert list(equations_in(text)) == [False]


@pytest.mark.parametrize(
    "text",
    [
        "x + 4 = 8", "a = 3", "3 apples + 4 pears = 7 fruits", "2024-01-02 = a date", "1/2 cup",
        "y = 3 + 4 = 7x", "3 + 4 = 7x", "3 + 4 = 7 + 1", "2**8 = 256", "1 / 0 = 5", "5 > 3 = true",
        "12345678901234567890 + 1 = 12345678901234567891", "3 + 4 = 7%", "", "=", "10:30 - 11:00",
        "2x + 5 - 5 = 11", "x² + 2 + 3 = 9", "π × 2 × 3 = 18.85", "x**2 - 4 + 4 = 9",
        "2^10 - 24 + 1 = 1001", "(1 + 0.05)^2 * 100 - 1 = 109.25", r"\\frac{1}{2} + 1 + 2 = 3.5",
        r"\\sqrt{16} + 2 + 1 = 7", "1 1/2 + 2 1/2 = 4", "2 3/4 = 2.75", r"3 \\cdot 4 + 1 = 13",
        "f(3) = 2·3 + 1 = 7", "12 : 4 + 1 = 4", "100 g + 50 + 25 = 175", "$100 - $20 - 5 = 75",
        "1e3 + 5 + 2 = 1007", "10:30 + 45 = 11:15", "WHERE id % 2 - 1 = 0",
        "WHERE price - 5 + 2 = 10", " + ".join(["12.50"] * 25) + " = 312.50",
        r"2 + 6 = 2 \\cdot 4", "2 + 6 = 2 · 4", "2 + 2 = 2²", "10 - 4 = 3 x", "9 - 3 = 2\\sqrt{9}",
        "3/4 = 75 percent", "1 / 8 = 12.5 Prozent", "3/4 = 75％", "1000 * 1000 = 1 million",
        "1200 * 1000 = $1.2 million", "100×1000=10万", "2 * 500 = 1 kg", "90 * 60 = 1.5 hours",
        "1.200 + 300 = 1.500", "2,5 * 4 = 10", "12,50 + 3 = 15,50", "10 000 + 500 = 10 500",
        "10 / 4 = 2,5", "90-100 = 4.0", "18-25 = 1, 26-35 = 2", "pages 10-15 = 6 pages",
        "2020-2023 = 3 years", "2021-03-04 = 4 March", "24/7 = 24 hours", "1920x1080 = 2 MP",
        "Is 3 + 4 = 8? No.", "Note that 2 + 2 = 5 is false.", "1 + 1 = 10 in binary",
        "7 + 8 = 3 mod 12", "0.1 + 0.2 = 0.30000000000000004",
    ],
)  # fmt: skip
def test_what_is_no_plain_calculation_is_not_judged(text):
    assert list(equations_in(text)) == []


def test_a_text_with_many_calculations_is_judged_by_each():
    assert list(equations_in("First 2 + 2 = 4. Then 4 * 3 = 13. So 12 - 1 = 11.")) == [
        True, False, True]  # fmt: skip


@pytest.mark.parametrize("text", ["(" * 3000 + "1" + ")" * 3000, "1 +", "f(2)", "9" * 40, "'a'"])
def test_what_cannot_be_calculated_is_none(text):
    assert calculated(text) is None


def test_values_are_exact():
    assert calculated("0.1 + 0.2") == Fraction(3, 10)


def made(asked, said, n=0):
    recipe = Recipe("augment.evolve", "deepen", "m", 1, record=str(n))
    return made_row([turn("user", asked), turn("assistant", said)], recipe,
                    origin="augmented", source="s", parent="h")  # fmt: skip


def marked(*rows, model=None, **params):
    outcome = mark_wrong(table(*rows), VerifyParams(**params), model)
    return outcome.rows.collect(), outcome


JSON = "Return a JSON object with the fields name and age."


@pytest.mark.parametrize(
    ("asked", "said", "reason", "check"),
    [
        ("Add.", "2 + 2 = 5, of course.", "wrong_calculation", "calculation"),
        ("Add.", "2 + 2 = 4, of course.", None, "calculation"),
        (JSON, '{"name": "x", "age": }', "invalid_json", "json"),
        (JSON, '{"name": "x", "age": 3}', None, "json"),
        ("Code?", "```python\ndef f(:\n    pass\n```", "broken_code", "code"),
        ("Code?", "```python\ndef f():\n    return 1\n```", None, "code"),
        ("Code?", "```python\n>>> f(1)\n2\n```", None, "code"),
        ("Code?", "```js\nfunction f( {\n```", None, None),
        ("Name a bird.", "The wren.", None, None),
    ],
)  # fmt: skip
def test_each_check_fires_on_its_case_and_not_on_its_near_miss(asked, said, reason, check):
    frame, outcome = marked(made(asked, said))
    assert frame["drop_reason"].to_list() == [reason]
    assert outcome.figures["checked"] == ({check: 1} if check else {})
    assert outcome.figures["unchecked"] == (0 if check else 1)


def test_rows_of_people_are_not_held_to_it():
    frame, outcome = marked(row("h", "Add.", "2 + 2 = 5"), made("Add.", "2 + 2 = 5"))
    assert frame["drop_reason"].to_list() == [None, "wrong_calculation"]
    assert frame["drop_detail"].to_list() == [None, "1 of 1 do not hold"]
    assert outcome.figures["made"] == 1


def test_switched_off_or_without_made_rows_nothing_is_marked():
    assert marked(made("Add.", "2 + 2 = 5"), enabled=False)[0]["drop_reason"].to_list() == [None]
    assert marked()[0].height == 0


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        ">>> x\n1\n>>> y = 2",
        "async def f(): ...",
        "",
        "    x = 1\n    y = 2",
        "!pip install x\nimport x",
        "\ufeffx = 1",
    ],
)
def test_code_that_compiles_compiles(code):
    assert compiles(code)


@pytest.mark.parametrize("code", ["x = ", "def f(", ">>> x =\n1", "print 'x'", "if x\n  y", "\0"])
def test_code_that_does_not_compile_does_not_and_is_never_run(code):
    assert compiles(code) is False


@pytest.mark.parametrize(
    "code",
    ["x = " + "-" * 6000 + "1", "elif x:\n    y()", "@cache", "def f[T](x: T) -> T: ...",
     "def f(x: int) -> int:", "f'{x['a']}'", "f'{y}: {x['a']}'", "f'{' * 3 (" + "f'{" * 7000],
)  # fmt: skip
def test_of_parts_and_of_newer_code_nothing_is_said(code):
    assert compiles(code) in (None, True)


@pytest.mark.parametrize(
    ("text", "result"),
    [("So it is 42.", "42"), ("Answer: (B)", "B"), ("The answer is C.", "C"), ("1,234", "1234"),
     ("about 3.50 euros", None), ("$ 3.50", "7/2"), ("3.5", "7/2"), ("A", "A"), ("", None),
     ("Plan B is on", None), ("**7**", "7"), ("I like it.", None), ("1,5", None),
     ("It is 3/4.", None), ("2024-01-05", None), ("555-1234", None), ("Vitamin C", None)],
)  # fmt: skip
def test_the_result_is_what_an_answer_ends_in(text, result):
    assert result_of(text) == result


SUM = made("What is 17 and 25?", "It is 42.")


def asked_again(tmp_path, reply, rows=(SUM,), **llm):
    with FaultServer(reply) as server:
        params = LlmParams(endpoint=server.url, model="m", attempts=1, **llm)
        with Door(params, str(tmp_path)) as door:
            return (*marked(*rows, model=door, samples=4), sum(server.asked.values()))


def test_an_answer_that_most_others_agree_with_stays(tmp_path):
    said = iter(["It is 42.", "So 42", "It must be 41.", "42."])
    frame, outcome, calls = asked_again(tmp_path, lambda *_: chat(next(said)), concurrency=1)
    assert frame["drop_reason"].to_list() == [None]
    assert outcome.figures["checked"] == {"consistency": 1}
    assert calls == 4


def test_an_answer_that_stands_alone_is_dropped(tmp_path):
    frame, *_ = asked_again(tmp_path, lambda *_: chat("It is 41."))
    assert frame["drop_reason"].to_list() == ["inconsistent_answer"]
    assert frame["drop_detail"].to_list() == ["20% of all answers agree"]


def test_an_answer_without_a_result_is_not_asked_about(tmp_path):
    frame, _, calls = asked_again(tmp_path, lambda *_: chat("x"), [made("Name a bird.", "A wren.")])
    assert (frame["drop_reason"].to_list(), calls) == ([None], 0)


@pytest.mark.parametrize("why", ["down", "budget"])
def test_an_answer_that_could_not_be_asked_about_stays_and_is_tried_again(tmp_path, why):
    cap = {"budget": BudgetParams(tokens=100)} if why == "budget" else {}
    frame, outcome, _ = asked_again(tmp_path, lambda *_: Fault(503), **cap)
    assert frame["drop_reason"].to_list() == [None]
    assert outcome.unfinished == 1


SCHEMA = (
    'Return the person as JSON that follows this schema: {"type": "object", "properties": '
    '{"age": {"type": "integer"}}, "required": ["age"]}\nReturn only valid JSON.'
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('{"age": 3}', None),
        ('Here it is:\n{"age": 3}\nDone.', None),
        ('{"age": "three"}', "schema_breach"),
        ("{}", "schema_breach"),
        ('{"age": NaN}', "invalid_json"),
        ('{"type": "object", "properties": {"age": {"type": "number"}}}', None),  # a schema again
    ],
)
def test_an_answer_is_held_to_the_schema_in_its_prompt(said, reason):
    assert marked(made(SCHEMA, said))[0]["drop_reason"].to_list() == [reason]


@pytest.mark.parametrize(
    "asked",
    [
        'Return as JSON. {"type": "object"}',
        'Return as JSON. {"type": "object", "properties": 3}',
        'Return as JSON. {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}}',
        'Return as JSON. {"type": "object", "items": {"type": "nonsense"}}',
        "Return as JSON. " + '{"type": "object", "properties": ' * 5000,
        (SCHEMA + SCHEMA),
    ],
)  # fmt: skip
def test_what_is_no_one_schema_binds_nobody(asked):
    _, outcome = marked(made(asked, '{"b": 1}'))
    assert outcome.figures["checked"] == {"json": 1}


ADD = "Write add.\nassert add(2, 3) == 5"


@pytest.mark.parametrize(("sign", "reason"), [("+", None), ("-", "failed_tests")])
def test_on_request_code_is_held_to_the_tests_of_its_prompt(sign, reason):
    said = f"```python\ndef add(a, b):\n    return a {sign} b\n```"
    try:
        frame, outcome = marked(made(ADD, said), made("Name a bird.", "A wren."), run_code=True)
    except UsageError as error:
        pytest.skip(str(error))
    assert frame["drop_reason"].to_list() == [reason, None]
    assert outcome.figures["checked"] == {"code": 1, "tests": 1}
    assert marked(made(ADD, said))[0]["drop_reason"].to_list() == [None]


def test_code_that_cannot_be_run_here_is_counted():
    said = "```python\nimport of_nobody\nassert of_nobody.f(1)\n```"
    try:
        _, outcome = marked(made("Code?", said), run_code=True)
    except UsageError as error:
        pytest.skip(str(error))
    assert outcome.figures["not_run"] == {"ModuleNotFoundError": 1}


@pytest.mark.parametrize(
    "code",
    [
        "x = (\n    '%s is long'\n    % 3\n)", "ok = (\n    1\n    != 2\n)",
        "# Example usage\n>>> add(2, 3)\n5",
        "# ... existing code ...\n    def area(self):\n        return 1",
        "if condition:\n    # code to run", "# then\nelif x:\n    y()",
        "read_csv(path, sep=',', ...)",
        "def f(x: int) -> int", "'a': 1,\n'b': 2", "key = <YOUR_KEY>", "f\"{'\\\\n'.join(a)}\"",
        "Traceback (most recent call last):\n  File 'x'", "files = !ls", "len?", "t'{a}'",
    ],
)  # fmt: skip
def test_parts_of_programs_are_not_called_broken(code):
    assert compiles(code) is not False


@pytest.mark.parametrize(
    "asked", ["Show me a Python 2 print.", "Give an example of a SyntaxError in Python."]
)
def test_python_that_need_not_compile_is_not_checked(asked):
    frame, _ = marked(made(asked, "```python\nprint 'x'\n```"))
    assert frame["drop_reason"].to_list() == [None]


def test_each_of_several_objects_is_held_to_the_schema():
    people = SCHEMA.replace("the person", "three people as a list; each")
    assert marked(made(people, '[{"age": 3}, {"age": 4}]'))[0]["drop_reason"].to_list() == [None]
    assert marked(made(people, '{"age": 3}\n{"age": 4}'))[0]["drop_reason"].to_list() == [None]
    found = marked(made(people, '[{"age": 3}, {"age": "x"}]'))[0]["drop_reason"].to_list()
    assert found == ["schema_breach"]


@pytest.mark.parametrize(
    "schema",
    [
        '{"type": "object", "properties": {"a": {"$dynamicRef": "http://127.0.0.1:9/x"}}}',
        '{"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}}',
        '{"type":"object","properties":{"a":' * 120 + "{}" + "}}" * 120,
    ],
)
def test_a_schema_that_leads_astray_binds_nobody(schema):
    _, outcome = marked(made(f"Return as JSON.\n{schema}", '{"a": "aaaaaaaaaaaaaaaaaaaaaaaaa!"}'))
    assert "schema" not in outcome.figures["checked"]


def test_a_row_without_a_question_is_looked_at_all_the_same():
    one = made("x", "```python\nassert f(1)\n```")
    one["messages"] = [turn("system", "s"), turn("assistant", "```python\nassert f(1)\n```")]
    try:
        assert marked(one, run_code=True)[0].height == 1
    except UsageError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    "text",
    ["```" + "\n" * 100_000, "{\n" * 50_000, "{}x\n" * 25_000, "assert " + " " * 100_000 + "x",
     "".join(f"{' ' * (n % 7)}```python\n" for n in range(8_000))],
)  # fmt: skip
def test_long_odd_texts_are_read_in_time(text):
    assert marked(made(JSON, text))[0].height == 1
    assert marked(made(text, text))[0].height == 1
    program_of(text, "```python\nassert f(1)\n```")
