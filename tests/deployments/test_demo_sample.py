"""The sample that ships with the repository is what its README and EXPECTED.json say it is."""

import csv
import json
import re
from collections import Counter
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rapidfuzz import fuzz, process
from stdnum import iban, luhn
from stdnum.us import ssn

from tasks.base.text import fold

DEMO = Path(__file__).resolve().parents[2] / "deployments/demo"
SAMPLE = DEMO / "sample"
COUNTS = {
    "assistant.jsonl": 59, "faq.csv": 46, "how_to.jsonl": 131, "pairs.jsonl": 52,
    "support_chats.json": 61,
}  # fmt: skip
OUTCOMES = {"quarantined", "dropped", "edited", "kept"}

Place = tuple[str, int]

PLANTED = {
    "api_key": r"sk-demo\w{16,}",
    "blank_answer": r'"output": "[ \\n]+"',
    "code_stays": r"<",
    "control_characters": r"\\u0007",
    "date_of_birth_and_record_number": r"MRN \d{8}, date of birth \d+ \w+ \d{4}",
    "email": r"[\w.]+@example\.com",
    "empty_answer": r'""\}?\]?\}?$|;$',
    "empty_line": r"^$",
    "ends_with_user": r'"(?:human|user)", "(?:value|content)": "[^"]*"\}\]\}$',
    "fiction_figure": "Sherlock Holmes",
    "html_entities": r"&amp;.*&#\d+;",
    "html_script": r"<script>.+</script>",
    "html_style": r"<span style=.+</span>",
    "html_tags": r"<(?:p|br/?)>",
    "ip_v4": r"25\.\d+\.\d+\.\d+",
    "ip_v6": r"2d0a:[0-9a-f:]+",
    "layout_mixed": r'"messages"|"conversations"',
    "list_instead_of_text": r'": \["',
    "loopback_address": r"127\.0\.0\.1|::1",
    "misplaced_system": r'^\{"messages": \[\{"role": "user".*"role": "system"',
    "missing_answer": r'^(?!.*"(?:output|completion)")(?!.*;)',
    "missing_conversation": r'^(?!.*"conversations")',
    "mojibake": "â€|Ã",
    "near_miss_number": r"\d",
    "near_miss_place": "Denmark|Poland|Norway|Portugal|Australia|Austria",
    "no_turns": r"\[\]",
    "null_answer": r'"output": null',
    "number_instead_of_text": r'"(?:output|content)": \d',
    "password": r"password=\S+",
    "person_name": r"Odette Varga|(Marcus|Ingrid).*\1|Priya Raghunathan",
    "phone": r"\(\d{3}\) 555-01\d\d",
    "public_figure": "Ada Lovelace|Marie Curie|Michelangelo",
    "street_address": r"\d+ \w+ (?:Lane|Road), \w+, OR \d{5}",
    "too_many_fields": r"^[^;]+;[^;\"]+;",
    "tool_call": "tool_calls",
    "unknown_role": "moderator|narrator",
    "user_twice": r'(?:"(?:human|user)".*){2}"(?:gpt|assistant)"',
    "zero_width": r"\\u200b",
}


@cache
def expected() -> dict[Place, dict[str, Any]]:
    listed = json.loads((DEMO / "EXPECTED.json").read_text(encoding="utf-8"))
    return {(entry["file"], entry["record"]): entry for entry in listed}


@cache
def raw() -> dict[Place, str]:
    """Every record as text: its line, its JSON, or its line of CSV."""
    found: dict[Place, str] = {}
    for name in COUNTS:
        text = (SAMPLE / name).read_bytes().decode("utf-8-sig")
        if name.endswith(".jsonl"):
            records = text.removesuffix("\n").split("\n")
        elif name.endswith(".json"):
            records = [json.dumps(record, ensure_ascii=False) for record in json.loads(text)]
        else:
            records = text.removesuffix("\r\n").split("\r\n")[1:]
        found |= {(name, number): record for number, record in enumerate(records)}
    return found


def turns(place: Place) -> list[str]:
    """Texts of all turns of a record that can be read."""
    if place[0] == "faq.csv":
        return next(csv.reader(StringIO(raw()[place], newline=""), delimiter=";"))
    record = json.loads(raw()[place])
    if "instruction" in record:
        return [f"{record['instruction']}\n{record['input']}".strip(), record["output"]]
    if "prompt" in record:
        return [record["prompt"], record["completion"]]
    listed = record.get("messages") or record.get("conversations") or []
    return [turn.get("content") or turn.get("value") or "" for turn in listed]


def folded(texts: list[str]) -> list[str]:
    """The notion of equal that the stages have."""
    return pl.DataFrame({"text": texts}).select(fold(pl.col("text"))).to_series().to_list()


def planted(fault: str) -> list[Place]:
    return [place for place, entry in expected().items() if entry["fault"] == fault]


def good() -> list[Place]:
    return [place for place in raw() if place not in expected()]


def pairs(*faults: str) -> list[tuple[Place, Place]]:
    """Records planted with a twin, and their twins."""
    return [
        (place, (entry["twin"]["file"], entry["twin"]["record"]))
        for place, entry in expected().items() if entry["fault"] in faults
    ]  # fmt: skip


def test_every_file_holds_as_many_records_as_the_readme_says() -> None:
    assert Counter(name for name, _ in raw()) == COUNTS
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    for name, count in COUNTS.items():
        assert f"| `sample/{name}` | {count} |" in readme
    assert f"{len(raw())} records" in readme
    assert f"{len(good())} records are sound" in readme


def test_the_sample_is_small() -> None:
    assert sum(file.stat().st_size for file in SAMPLE.iterdir()) < 300_000


def test_at_least_four_layouts_are_among_the_good_rows() -> None:
    keys = ("instruction", "messages", "conversations", "prompt")
    lines = [raw()[place] for place in good()]
    assert all(any(f'"{key}": ' in line for line in lines) for key in keys)


def test_the_table_is_an_export_with_mark_and_carriage_returns() -> None:
    content = (SAMPLE / "faq.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfquestion;answer\r\n")
    cells = [cell for place in good() if place[0] == "faq.csv" for cell in turns(place)]
    assert any("\n" in cell for cell in cells)


def test_every_entry_names_a_record_and_stands_in_the_readme() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    for (name, number), entry in expected().items():
        assert (name, number) in raw()
        assert entry["outcome"] in OUTCOMES
        assert f"| `{name}` | {number} | {entry['outcome']} |" in readme


def test_three_quarters_of_the_records_survive_without_an_edit() -> None:
    kept = len(good()) + sum(entry["outcome"] == "kept" for entry in expected().values())
    assert 0.75 <= kept / len(raw()) <= 0.85


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_a_planted_fault_is_where_it_is_said_to_be(fault: str) -> None:
    places = planted(fault)
    assert places
    for place in places:
        assert re.search(PLANTED[fault], raw()[place], re.DOTALL), place


def test_no_fault_goes_unchecked() -> None:
    twins = {"case_and_space_copy", "case_copy", "contradiction", "cross_file_copy", "exact_copy"}
    twins |= {"near_copy_sentence", "near_copy_typo", "near_copy_word", "unicode_copy"}
    numbers = {"card", "iban", "us_ssn", "malformed_json"}
    assert {entry["fault"] for entry in expected().values()} == {*PLANTED, *twins, *numbers}


def test_malformed_lines_are_malformed_and_no_good_one_is() -> None:
    assert len(planted("malformed_json")) >= 3
    for place in planted("malformed_json"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(raw()[place])
    for place in good():
        answer = turns(place)[-1]
        assert answer.strip()


def test_planted_numbers_pass_their_check_sums() -> None:
    cards = re.findall(r"\d{4}(?: \d{4}){3}", raw()[planted("card")[0]])
    accounts = [re.findall(r"\b[A-Z]{2}\d\d[A-Z\d ]{14,}\d", raw()[p]) for p in planted("iban")]
    social = re.findall(r"\d{3}-\d\d-\d{4}", raw()[planted("us_ssn")[0]])
    assert cards
    assert all(luhn.is_valid(card.replace(" ", "")) for card in cards)
    assert all(found and all(map(iban.is_valid, found)) for found in accounts)
    assert social
    assert all(map(ssn.is_valid, social))


def test_exact_copies_are_equal_and_lie_within_and_across_files() -> None:
    copies = pairs("exact_copy", "cross_file_copy")
    assert {one[0] == other[0] for one, other in copies} == {True, False}
    assert all(turns(one) == turns(other) for one, other in copies)


def test_normalised_copies_are_equal_only_once_folded() -> None:
    for one, other in pairs("case_and_space_copy", "case_copy", "unicode_copy"):
        assert turns(one) != turns(other)
        assert folded(turns(one)) == folded(turns(other))


def test_near_copies_differ_in_little_even_when_folded() -> None:
    for one, other in pairs("near_copy_typo", "near_copy_word", "near_copy_sentence"):
        texts = folded(["\n".join(turns(one)), "\n".join(turns(other))])
        assert 95 < fuzz.ratio(*texts) < 100


def test_contradictions_share_the_prompt_and_not_the_answer() -> None:
    for one, other in pairs("contradiction"):
        assert turns(one)[:-1] == turns(other)[:-1]
        assert turns(one)[-1] != turns(other)[-1]


def test_near_misses_have_an_answer_of_their_own() -> None:
    places = planted("near_miss_number") + planted("near_miss_place")
    assert len({turns(place)[-1] for place in places}) == len(places) >= 8


def test_no_good_row_repeats_another() -> None:
    prompts = folded(["\n".join(turns(place)[:-1]) for place in good()])
    assert [text for text, times in Counter(prompts).items() if times > 1] == []
    whole = folded(["\n".join(turns(place)) for place in good()])
    alike = process.cdist(whole, whole, scorer=fuzz.ratio)
    assert sorted(alike[n][m] for n in range(len(whole)) for m in range(n))[-1] < 80


def test_no_good_row_holds_what_looks_like_personal_data() -> None:
    looks = re.compile(r"[\w.]@\w+\.|(?:\d[ -]?){7,}|\bsk-|password=|\b(?:Mr|Mrs|Ms)\b")
    spoken = {place: re.sub(r"\d{4}-\d\d-\d\d", "", " ".join(turns(place))) for place in good()}
    assert [place for place, text in spoken.items() if looks.search(text)] == []
