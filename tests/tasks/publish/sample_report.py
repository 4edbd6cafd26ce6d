"""A report with something in every part, and with strings that try to harm the page."""

from typing import Any

SCRIPT = "<script>alert('owned')</script><img src=x onerror=alert(1)>"
TERMINAL = "\x1b[31mred\x1b[0m and \u202eevil\u202c and \x00 nothing"
ENDLESS = "A" * 100_000
HEBREW = "שלום עולם, this is mixed"

REFUND = (
    "How do I return a pair of boots?\nPack them in the box they came in, print the label from "
    "your orders page and hand the parcel to any post office within 30 days."
)
REFUND_TWIN = REFUND.replace("boots", "shoes").replace("30 days", "four weeks")


def example(text: str, **more: Any) -> dict[str, Any]:
    """One example of a dropped row."""
    return {"id": "9f2c41d07be85a36-0", "source": "support.jsonl", "source_row": 41, "line": None,
            "text": text, "detail": None, "score": None, "twin": None, **more}  # fmt: skip


def sample_report() -> dict[str, Any]:
    """The report of an invented run; a fresh one for every caller."""
    return {
        "version": "0.1.0",
        "release": "harbour-support-2026-11",
        "sentence": "4,210 records read, 2,960 rows kept, 97 made; one gate failed.",
        "created": "2026-11-24",
        "counts": {"records": 4210, "read": 4302, "made": 97, "kept": 2960, "dropped": 1385,
                   "quarantined": 54, "edited": 611},
        "gates": [
            {"name": "kept_share", "limit": 0.5, "value": 0.67, "passed": True,
             "text": "67 % kept, at least 50 % wanted"},
            {"name": "residual_pii", "limit": 0, "value": 0, "passed": True,
             "text": "no personal data left"},
            {"name": "quarantined", "limit": 0.01, "value": 0.0126, "passed": False,
             "text": "1.3 % quarantined, at most 1 % allowed"},
        ],
        "files": [
            {"path": "train.jsonl", "rows": 2664, "bytes": 3_120_441},
            {"path": "validation.jsonl", "rows": 148, "bytes": 170_211},
            {"path": "test.jsonl", "rows": 148, "bytes": 171_004},
            {"path": "ledger.parquet", "rows": 4399, "bytes": 212_000},
            {"path": "javascript:alert(1)", "rows": None, "bytes": 12},
            {"path": "//evil.example/x", "rows": None, "bytes": 12},
        ],
        "waterfall": waterfall(),
        "examples": examples(),
        **_parts(),
    }  # fmt: skip


def waterfall() -> list[dict[str, Any]]:
    """Stages, reasons and counts that add up."""
    drops = [
        ("ingest", "malformed_json", "the line is no valid JSON", 41),
        ("ingest", "missing_answer", "there is a prompt but no field for the answer", 13),
        ("validate.rows", "ends_without_answer", "the last turn is not by the assistant", 62),
        ("validate.rows", "empty_turn", "a turn is blank and calls no tool", 18),
        ("clean.encoding", "", "", 0),
        ("clean.markup", "", "", 0),
        ("redact.pii", "", "", 0),
        ("dedup.exact", "exact_twin", "another row has the same text", 402),
        ("dedup.near", "near_twin", "another row has almost the same text", 611),
        ("dedup.protected", "in_evaluation_set", "the row shares a passage with a test", 97),
        ("filter.response", "refusal", "the answer declines without a reason", 121),
        ("filter.language", "unwanted_language", "the answer is in none of the languages", 3),
        ("select.diversity", "crowded", "the set has enough rows of this kind", 71),
    ]
    left, lines = 4399, []
    for stage, reason, what, dropped in drops:
        left -= dropped
        lines.append({"stage": stage, "reason": reason, "what": what, "dropped": dropped,
                      "share": dropped / 4399, "left": left})  # fmt: skip
    return lines


def examples() -> dict[str, list[dict[str, Any]]]:
    """A few rows for some of the reasons."""
    return {
        "ingest/malformed_json": [
            example('{"prompt": "Where is my parcel?", "answer": \'Ask the carrier.\'}', line=18,
                    detail="unexpected character, column 45"),
            example('{"prompt": "' + SCRIPT, line=19, detail=SCRIPT),
        ],
        "ingest/missing_answer": [example(TERMINAL), example(ENDLESS), example("\n" * 5_000)],
        "dedup.near/near_twin": [
            example(REFUND, score=0.912, detail="RapidFuzz ratio 93 %",
                    twin={"id": "1b77aa0e52c94410-0", "text": REFUND_TWIN}),
            example(ENDLESS + " x", score=0.99, twin={"id": "2" * 16, "text": ENDLESS + " y"}),
        ],
        "dedup.exact/exact_twin": [
            example(HEBREW, twin={"id": "7" * 16, "text": HEBREW}, detail="sha256 0a1b2c"),
        ],
        "filter.response/refusal": [example("Tell me a joke.\nI cannot help with that.")],
    }  # fmt: skip


def scaling() -> dict[str, Any]:
    """What is said of curves that are known: curated rows, and raw ones that are worth half."""
    import numpy as np
    import polars as pl

    from tasks.scale.findings import findings
    from tasks.scale.params import VerdictParams
    from tasks.scale.points import SCHEMA
    from tasks.scale.proxies import BATTERY

    chance = np.random.default_rng(0)
    metrics = [metric for trainer in BATTERY for metric in trainer.metrics]
    worth = {"curated": 1.0, "raw": 0.5, "random": 0.45, "human": 0.9, "without dedup.near": 0.6,
             "swapped": 0.4}  # fmt: skip
    lines = [
        {"arm": arm, "seed": seed, "trainer": "t", "metric": metric.name, "size": size,
         "tokens": 90 * size, "pool": 3200, "cost": 0.01, "remembered": False,
         "value": 0.2 + 2 * (of * size) ** -0.4 + chance.normal(0, 0.002)}
        for arm, of in worth.items() for seed in range(5) for metric in metrics
        for size in ((2400,) if arm == "swapped" else (75, 150, 300, 600, 1200, 2400))
    ]  # fmt: skip
    said = findings(pl.DataFrame(lines, SCHEMA), metrics, VerdictParams(row_price=0.5), 3200)
    arms = {arm: 3200 for arm in worth if arm != "swapped"}
    return {"have": 3800, "held_out_made": 0, "held_out": 600, "near": 12, "arms": arms,
            "sizes": [75, 150, 300, 600, 1200, 2400], "seeds": 5, **said}  # fmt: skip


def quality() -> dict[str, Any]:
    """Verdicts of four tiers, two scores and a worst row that tries to harm the page."""
    bins = [f"{i / 10:.1f} to {(i + 1) / 10:.1f}" for i in range(10)]
    no = {"good": 0, "poor": 0, "review": 0, "unscored": 0, "answers": 0, "tokens": 0,
          "money": 0.0}  # fmt: skip
    return {
        "tiers": [
            {**no, "tier": "rules", "what": "refusals", "rows": 41, "poor": 41},
            {**no, "tier": "encoder", "what": "a head", "rows": 2000, "good": 1800, "poor": 200},
            {**no, "tier": "judge", "what": "a model", "rows": 400, "good": 300, "poor": 100,
             "answers": 2400, "tokens": 812_000, "money": 0.12},
            {**no, "tier": "none", "what": "nobody", "rows": 519, "unscored": 519},
        ],
        "whys": [{"why": "refusal", "what": "begins with a refusal", "rows": 41, "told": ""},
                 {"why": "endpoint_failed", "what": "no answer", "rows": 519,
                  "told": "status 503" + SCRIPT}],
        "scores": [
            {"name": "score_judge", "title": "Judge", "what": "A rubric.", "blind": SCRIPT,
             "rows": 400, "unscored": 2560, "median": 0.7, "mean": 0.66, "bins": bins,
             "raw": [9, 8, 7, 11, 20, 45, 80, 100, 70, 50],
             "kept": [0, 0, 0, 0, 20, 45, 80, 100, 70, 50]},
            {"name": "score_reward", "title": "Reward", "what": "A reward.", "blind": "Truth.",
             "rows": 0, "unscored": 2960, "median": None, "mean": None, "bins": bins,
             "raw": [0] * 10, "kept": [0] * 10},
        ],
        "flags": [{"name": "score_refusal", "title": "Refusal", "what": "Declines." + SCRIPT,
                   "blind": "Other words.", "yes": 41, "no": 2900, "unscored": 19}],
        "worst": [{"name": "score_judge", "title": "Judge",
                   "rows": [example("Say it.\n" + SCRIPT, score=0.01)]}],
        "unscored": {"budget_reached": 519},
    }  # fmt: skip


def _parts() -> dict[str, Any]:
    names = ("support.jsonl", "clinic/notes.csv", SCRIPT, "seed_tasks.json")
    return {
        "sources": [
            {"name": name, "format": "jsonl", "encoding": "utf-8", "layouts": {"openai": 900 + i},
             "records": 1000 + i, "rows": 1000 + i, "quarantined": 5 * i, "dropped": 200 * (i + 1),
             "kept": 800 - 200 * i, "share_lost": 0.2 * (i + 1), "worst_reason": "near_twin",
             "unusual": i == 2, "notes": ["decoded as cp1252"] if i == 1 else [],
             "unread": {"metadata.notes": 110_707} if i == 3 else {}}
            for i, name in enumerate(names)
        ],
        "edits": [
            {"stage": "clean.markup", "rows": 210, "kinds": {"tags": 180, "entities": 44},
             "examples": [{"id": "a1-0", "source": "support.jsonl",
                           "before": "<p>Dear customer,&nbsp;thank you</p>",
                           "after": "Dear customer, thank you"}]},
            {"stage": "redact.pii", "rows": 401, "kinds": {},
             "examples": [{"id": "a2-0", "source": "support.jsonl",
                           "before": "Write to █████ or call █████ today.",
                           "after": "Write to <EMAIL_1> or call <PHONE_1> today."}]},
        ],
        "redactions": {"by_type": {"EMAIL": 320, "PHONE": 211, "PERSON": 77, "IBAN": 4},
                       "rows": 401, "names_kept": 12},
        "duplicates": {
            "families": {2: 310, 3: 91, "4": 22, 11: 1},
            "biggest": [{"size": 11, "survivor": "1b77aa0e52c94410-0", "text": REFUND_TWIN}],
            "similarity": [{"from": low / 20, "to": (low + 1) / 20, "pairs": pairs}
                           for low, pairs in zip((8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19),
                                                 (12, 9, 14, 6, 8, 11, 19, 40, 95, 180, 402),
                                                 strict=True)],
            "threshold": 0.8,
            "at": [{"threshold": t, "rows": n} for t, n in
                   ((0.6, 702), (0.7, 660), (0.8, 611), (0.9, 340))],
            "nearest": [{"a": "a-0", "b": "b-0", "a_text": REFUND, "b_text": REFUND_TWIN,
                         "score": 0.803, "verdict": "same"}],
        },
        "protected": {
            "items": 1400, "found": 97, "too_short": 2, "candidates": 301,
            "candidates_by_meaning": 12,
            "files": [{"file": "gsm8k_test.jsonl" + SCRIPT, "items": 1319, "found": 95,
                       "protected_exact": 80, "protected_near": 10, "protected_rephrased": 5}],
        },
        "contradictions": {"formats": 1, "left": 0, "families": 19, "rows": 41, "examples": [
            {"prompt": "When does the harbour office open?",
             "answers": [{"id": "c1-0", "source": "support.jsonl", "text": "At eight."},
                         {"id": "c2-0", "source": "seed_tasks.json", "text": "At nine."}]}]},
        "shape": [
            {"name": "characters per row",
             "bins": ["under 100", "100 to 300", "300 to 1,000", "1,000 to 3,000", "over 3,000"],
             "raw": [801, 1502, 1310, 600, 186], "kept": [301, 1122, 1010, 420, 107]},
            {"name": "turns per row", "bins": ["2", "3 to 4", "5 to 8", "over 8"],
             "raw": [3000, 1000, 300, 99], "kept": [2000, 700, 200, 60]},
        ],
        "evolution": {
            "seeds": 60, "not_eligible": 12, "model": "writer" + SCRIPT,
            "unanswered": {"budget_reached": 3}, "origins": {"human": 2900, "augmented": 60},
            "operators": [
                {"name": "deepen", "how": "Ask further.", "made": 40, "survived": 22, "share": 0.55,
                 "faults": [{"reason": "no_gain", "what": "asks for nothing new", "rows": 18}],
                 "gain": "+0.62 (+0.40 to +0.80)", "harder": "71% (60% to 80%)",
                 "order_consistent": 0.9},
                {"name": "broaden", "how": "Another task.", "made": 17, "survived": 0, "share": 0.0,
                 "faults": [{"reason": "no_rewrite", "what": "no form", "rows": 17}],
                 "gain": "", "harder": "", "order_consistent": None}],
            "records": {"records": 200, "templates": {"extract" + SCRIPT: 200}, "set": "c@1"},
            "synthesised": {"asked": 20, "made": 19, "survived": 11, "model": "w" + SCRIPT,
                            "faults": {"too_similar": 8}},
            "verified": {"made": 60, "unchecked": 40, "checked": {"json" + SCRIPT: 20}},
            "privacy": {"made": 60, "distance": [0.11, 0.6], "verbatim": [0.2, 0.0],
                        "canaries": 3, "canaries_out": 1},
            "mix": [{"by": "origin", "groups": [
                {"name": "human" + SCRIPT, "human": 2900, "made": 0, "stay": 0},
                {"name": "augmented", "human": 0, "made": 60, "stay": 44}]}],
            "examples": [{"id": "e1", "source": "s", "parent": "p1", "operator": "deepen",
                          "before": "Say it.", "after": "Say it twice.\n" + SCRIPT}],
        },
        "scaling": scaling(),
        "quality": quality(),
        "passports": [
            {"judge": "gpt-x@" + SCRIPT, "verdict": "fail",
             "why": ["agrees with people in 61 % of pairs, which is little above chance"],
             "figures": [{"name": "kappa", "value": "0.21", "interval": "0.10 to 0.32",
                          "people": "0.81", "what": "agreement beyond chance"}]}
        ],
        "splits": {"train": 2664, "validation": 148, "test": 148},
        "models": [{"name": "en_core_web_sm", "version": "3.8.0", "sha256": "ab" * 32,
                    "used_for": "names of people"}],
        "skipped": [{"check": "reward model", "why": "no endpoint is set",
                     "unlock": "--set llm.endpoint=local"}],
        "timings": [
            {"stage": "ingest", "seconds": 0.82, "cpu_seconds": 0.9, "cached": False, "rows": 4302,
             "rows_per_second": 5246.3},
            {"stage": "redact.pii", "seconds": 6.1, "cpu_seconds": 11.2, "cached": True,
             "rows": 4200, "rows_per_second": 688.5},
        ],
        "again": {
            "command": "finery curate data/ --out runs/november --protect eval.jsonl --set "
                       "redact.mode=surrogate",
            "seed": 7,
            "parameters": {"redact": {"mode": "surrogate"}, "dedup": {"near": {"threshold": 0.8}}},
            "versions": {"finery": "0.1.0", "polars": "2.1.0"},
            "sources": [{"uri": "support.jsonl", "sha256": "cd" * 32, "rows": 1000}],
        },
    }  # fmt: skip
