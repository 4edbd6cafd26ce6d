"""A run over a few rows, stage by stage as the flow does it, but without Prefect's engine."""

import json
from pathlib import Path
from typing import Any

from tasks.base.report import StageResult
from tasks.clean.encoding import EncodingParams, clean_encoding
from tasks.clean.markup import MarkupParams, clean_markup
from tasks.dedup.conflict import ConflictParams, report_conflicts
from tasks.dedup.exact import ExactDedupParams, dedup_exact
from tasks.dedup.near import NearDedupParams, dedup_near
from tasks.ingest.merge import merge
from tasks.ingest.params import IngestParams
from tasks.ingest.read import read_file
from tasks.ingest.sources import find_sources
from tasks.publish.gates import GateParams
from tasks.publish.plan import ReleasePlan, StageTiming
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact_pii
from tasks.select.split import SplitParams, split_rows
from tasks.validate.rows import ValidateParams, validate_rows

MAIL = "jane.roe@example.org"
PHONE = "+1 202 555 0143"

TIDE = (
    "Explain to a child why there is ebb and flow at the coast of the northern sea",
    "The moon pulls at the water, and as the earth turns below, the coast meets the high water "
    "twice a day and the low water twice a day.",
)

RECORDS: dict[str, list[Any]] = {
    "a.jsonl": [
        {"prompt": TIDE[0], "completion": TIDE[1]},
        {"prompt": "Please " + TIDE[0].lower() + "!", "completion": TIDE[1]},  # near
        {"prompt": "Name a metal", "completion": "Iron"},
        {"prompt": "Name a metal", "completion": "Iron"},  # exact
        {"prompt": "name a  METAL", "completion": "“Iron”"},  # normalised
        {"prompt": "Which is the largest ocean?", "completion": "The Pacific"},
        {"prompt": "Which is the largest ocean?", "completion": "The Atlantic"},  # contradiction
        {"prompt": "Whom do I ask?", "completion": f"Write to {MAIL} or call {PHONE}."},
        {"prompt": "Is it done?", "completion": "Yes &amp; no, itâ€™s half done"},
    ],
    "b.jsonl": [
        {"prompt": f"Is {MAIL} right?", "completion": " "},  # empty, and private
        {"prompt": "Name a metal", "completion": "Iron"},
        f'{{"prompt": "{MAIL} is broken',
        *({"prompt": f"Question {w} of {w}?", "completion": f"Answer {w}, {w}!"} for w in
          ("amber", "birch", "cedar", "dune", "elm", "fern", "gorse", "heath", "iris", "juniper")),
    ],
}  # fmt: skip


def small_run(folder: Path, redacted: bool = True, **changes: Any) -> ReleasePlan:
    """Write the records, run every stage over them and plan the release."""
    for name, records in RECORDS.items():
        lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
        (folder / name).write_text("\n".join(lines) + "\n")
    files = find_sources([str(folder / name) for name in RECORDS], folder / "spool")
    read = [read_file(file, str(folder / "store"), IngestParams()) for file in files]
    raw = merge(read, IngestParams())
    course: list[tuple[Any, Any]] = [
        (validate_rows, ValidateParams()), (clean_encoding, EncodingParams()),
        (clean_markup, MarkupParams()), (redact_pii, RedactParams()),
        (dedup_exact, ExactDedupParams()), (dedup_near, NearDedupParams()),
        (report_conflicts, ConflictParams()), (split_rows, SplitParams(validation=0.2, test=0.2)),
    ]  # fmt: skip
    data, inputs, results = raw.data, [], []
    for stage, params in course:
        if stage is redact_pii and not redacted:
            continue
        inputs.append(data)
        result: StageResult = stage.fn(data, params)
        results.append(result)
        data = result.data
    plan = ReleasePlan(
        out=str(folder / "out"), name="small", kept=data, raw=raw.data, quarantine=raw.quarantine,
        results=tuple(results), stage_inputs=tuple(inputs), sources=tuple(r.report for r in read),
        files=tuple(files), formats=("openai", "alpaca"), gates=GateParams(),
        residues={},
        parameters={"seed": 0, "dedup": {"near": {"threshold": 0.45}}, "redact": {}},
        timings=(StageTiming(stage="x", seconds=1, cpu_seconds=0.5, rows=10, cached=False),),
        skipped=(("llm", "no endpoint", "llm.endpoint"),), command="finery curate", models=(),
        versions={"finery": "0.1.0"},
    )  # fmt: skip
    return plan.model_copy(update=changes)
