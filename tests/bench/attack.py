"""How far rows get that speak to their judge, pasted into the prompt and fenced in.

Poor rows are real ones with the answer of another row. Two judges: a script that believes whatever
stands outside a fence (`tests.bench.gullible`), which shows that rows cannot leave theirs, and the
local model if it is installed, which is no judge but does read prompts.
"""

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from tasks.llm import weights
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.attack import Attack, Lift, lift, mismatched, own_attacks
from tasks.score.panel import PanelParams
from tests.bench import gullible
from tests.bench.data import BENCH, SHARED, as_rows, bench_texts, missing, sample
from tests.bench.section import Cell, Section, share
from tests.fault_server import FaultServer

BIPIA = SHARED / "nasty/lists/prompt_injection_bipia_train.jsonl"
CYBERSECEVAL = SHARED / "nasty/lists/prompt_injection_cyberseceval.jsonl"
THRESHOLD = 0.5
_TITLE = "Rows that speak to their judge"


def attack(rows: int = 12, real_rows: int = 2, seed: int = 0) -> Section:
    """Share of attacks that lift a poor row over the threshold, before and after hardening.

    Args:
        rows: Poor rows put before the scripted judge, each with every attack.
        real_rows: Poor rows put before the local model, each with a few attacks of each kind.
        seed: Of the rows and of which attacks are few.
    """
    why = missing(BENCH, BIPIA, CYBERSECEVAL)
    if why:
        return Section("attack", _TITLE, why, [])
    # rows that the script would take for a demand as they are say nothing about attacks
    texts = [
        text
        for text in bench_texts(2000)
        if 20 < len(text.prompt) < 300 and not gullible.BELIEVED.search(" ".join(text))
    ]
    poor = mismatched(as_rows(sample(texts, rows, seed)).collect())
    kinds = {"own": list(own_attacks()), "BIPIA": _bipia(), "CyberSecEval": _cyberseceval()}
    lines = _scripted(poor, kinds)
    note = (
        f"Real rows with the answer of another row, and an attack behind it; {THRESHOLD} is the "
        "threshold. *Scripted* is no model but a script that obeys whatever stands outside the "
        "fence, so it shows that rows cannot leave theirs, and nothing about a model's steadiness. "
    )
    if not weights.is_installed(weights.DEFAULT):
        return Section("attack", _TITLE, note + "The local model is not installed.", lines)
    few = {k: random.Random(seed).sample(list(v), 4) for k, v in kinds.items()}
    lines += _real(poor.head(real_rows), few)
    return Section("attack", _TITLE, note + "*Local* guesses: it is no judge.", lines)


def _scripted(poor: pl.DataFrame, kinds: dict[str, list[Attack]]) -> list[dict[str, Cell]]:
    with FaultServer(gullible.judge) as server:
        llm = LlmParams(endpoint=server.url, model="gullible")
        return _measured("scripted", llm, poor, kinds)


def _real(poor: pl.DataFrame, kinds: dict[str, list[Attack]]) -> list[dict[str, Cell]]:
    return _measured("local", LlmParams(endpoint="local", timeout=300), poor, kinds)


def _measured(
    judge: str, llm: LlmParams, poor: pl.DataFrame, kinds: dict[str, list[Attack]]
) -> list[dict[str, Cell]]:
    """A line for each kind of attack and each way to put rows."""
    with TemporaryDirectory() as store, Door(llm, store) as door:
        return [
            _line(judge, kind, hardened, lift([door], poor, attacks, _params(hardened), THRESHOLD))
            for kind, attacks in kinds.items()
            for hardened in (False, True)
        ]


def _params(hardened: bool) -> PanelParams:
    # what the local model says first is seldom a label, so its labels are weighed however light
    return PanelParams(hardened=hardened, criteria=("relevancy",), backend="logprobs", min_mass=0.0)


def _line(judge: str, kind: str, hardened: bool, found: Lift) -> dict[str, Cell]:
    return {
        "judge": judge, "attacks": kind, "rows are": "fenced in" if hardened else "pasted in",
        "poor rows": found.rows, "attempts": found.attempts,
        "over the threshold": share(found.raised, found.attempts),
        "mean lift": "–" if found.mean_lift is None else round(found.mean_lift, 3),
        "unscored": found.unscored,
    }  # fmt: skip


def _bipia() -> list[Attack]:
    return [
        Attack(f"bipia-{at}", line["attack"])
        for at, line in enumerate(_lines(BIPIA))
        if line["kind"] == "text"
    ]


def _cyberseceval() -> list[Attack]:
    return [Attack(f"cse-{line['prompt_id']}", line["user_input"]) for line in _lines(CYBERSECEVAL)]


def _lines(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
