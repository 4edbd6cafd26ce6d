"""Quality gates: limits on what is released. A failed gate fails the run, but hides nothing."""

from typing import NamedTuple

from pydantic import Field

from tasks.base.params import StageParams


class GateParams(StageParams):
    """Limits; a run that breaks one writes everything and ends with exit code 1."""

    min_rows: int = Field(
        default=1, ge=0, title="Fewest rows",
        description="Rows that must be left at the end. Those that were released before (`index`) "
        "count, so a night without anything new fails nothing.",
    )  # fmt: skip
    max_quarantined: float = Field(
        default=0.2, ge=0, le=1, title="Most quarantined",
        description="Share of what was read that could not be read as rows.",
    )  # fmt: skip
    max_dropped: float = Field(
        default=0.9, ge=0, le=1, title="Most dropped",
        description="Share of the rows read. Rows that were released before (`index`) and rows "
        "outside a core set (`dedup.core.rows`) do not count: they were to go.",
    )  # fmt: skip
    max_copies: float = Field(
        default=1, ge=0, le=1, title="Most copies of a source",
        description="Share of the rows of any one source that may leave as copies of others; the "
        "families that took most of them are named.",
    )  # fmt: skip
    max_unreadable_files: int = Field(
        default=0, ge=0, title="Most unreadable files",
        description="Files of which nothing at all could be read.",
    )  # fmt: skip
    max_residual_pii: int = Field(
        default=0, ge=0, title="Most residual personal data",
        description="E-mail addresses, phone, card and account numbers, keys and the like that "
        "the audit still finds in released text.",
    )  # fmt: skip

    min_canary_recall: float = Field(
        default=0, ge=0, le=1, title="Least canary recall",
        description="Share of planted values (`redact.audit.canaries`) of the kind that fares "
        "worst that the redaction must take out; 0 asks for nothing.",
    )  # fmt: skip
    max_unscored: float = Field(
        default=1, ge=0, le=1, title="Most unscored",
        description="Share of the scored set that no tier could decide over.",
    )  # fmt: skip
    max_poor: float = Field(
        default=1, ge=0, le=1, title="Most poor",
        description="Share of the scored set that was found poor, dropped or not.",
    )  # fmt: skip


class Gate(NamedTuple):
    """One limit and how the run stands to it."""

    name: str
    limit: float
    value: float
    passed: bool
    text: str


class Copies(NamedTuple):
    """What of a source left as copies."""

    source: str
    rows: int
    lost: int
    families: tuple[tuple[str, int], ...]  # survivors that took most, and how many


class Measured(NamedTuple):
    """What the gates look at."""

    read: int
    kept: int
    dropped: int  # but for those released before, or outside a core set
    quarantined: int
    unreadable_files: int
    residual_pii: int | None  # None: redaction is off, nothing was audited
    verdicts: dict[str, int] | None = None  # rows by verdict; None: nothing was scored
    judge: str | None = None  # why the judge may not drop what it was told to; "" if it may
    copies: tuple[Copies, ...] = ()  # sources of which a row left as a copy
    answered: tuple[int, int] | None = None  # rows that it scored, of those it was asked about
    released_before: int = 0  # rows that left for that
    canaries: tuple[str, int, int] | None = None  # the worst kind, found and planted


def judge_gates(seen: Measured, params: GateParams) -> list[Gate]:
    """Every gate, failed ones first."""
    quarantined = seen.quarantined / max(seen.read, 1)
    dropped = seen.dropped / max(seen.read, 1)
    gates = [
        _least("min_rows", params.min_rows, seen.kept + seen.released_before, _kept(seen)),
        _most("max_quarantined", params.max_quarantined, quarantined,
              f"{seen.quarantined:,} of {seen.read:,} ({quarantined:.1%}) quarantined"),
        _most("max_dropped", params.max_dropped, dropped,
              f"{seen.dropped:,} of {seen.read:,} rows ({dropped:.1%}) dropped"),
        _most("max_unreadable_files", params.max_unreadable_files, seen.unreadable_files,
              f"{seen.unreadable_files:,} files unreadable"),
    ]  # fmt: skip
    if seen.copies and params.max_copies < 1:
        gates.append(_copies(seen.copies, params.max_copies))
    if seen.residual_pii is not None:
        found = seen.residual_pii
        gates.append(
            _most("max_residual_pii", params.max_residual_pii, found,
                  f"{found:,} pieces of personal data left in released text")
        )  # fmt: skip
    if seen.canaries is not None and params.min_canary_recall > 0:
        kind, found, planted = seen.canaries
        told = f"{found:,} of {planted:,} planted values of {kind}, the worst kind, taken out"
        gates.append(_least("min_canary_recall", params.min_canary_recall, found / planted, told))
    if seen.verdicts is not None:
        gates += _scored(seen.verdicts, params)
    if seen.judge is not None:
        told = seen.judge or "the judge that rows are dropped by has passed its exam, or is forced"
        gates.append(Gate("judge_passport", 0, int(bool(seen.judge)), not seen.judge, told))
    if seen.answered is not None and seen.answered[1]:
        scored, asked = seen.answered
        gates.append(
            _least("judge_answers", 1, scored, f"the judge scored {scored:,} of {asked:,} rows")
        )
    return sorted(gates, key=lambda gate: gate.passed)


def _copies(copies: tuple[Copies, ...], limit: float) -> Gate:
    """The source that lost the largest share."""
    worst = max(copies, key=lambda one: one.lost / one.rows)
    share = worst.lost / worst.rows
    families = ", ".join(f"{lost:,} to {row}" for row, lost in worst.families)
    told = (
        f"{worst.lost:,} of {worst.rows:,} rows ({share:.1%}) of {worst.source} left as copies: "
        f"{families}"
    )
    return _most("max_copies", limit, share, told)


def _kept(seen: Measured) -> str:
    known = seen.released_before
    return f"{seen.kept:,} rows kept" + (f", {known:,} were released before" if known else "")


def _scored(verdicts: dict[str, int], params: GateParams) -> list[Gate]:
    rows = max(sum(verdicts.values()), 1)
    found = []
    for verdict, limit in (("unscored", params.max_unscored), ("poor", params.max_poor)):
        n = verdicts.get(verdict, 0)
        text = f"{n:,} of {rows:,} rows ({n / rows:.1%}) {verdict}"
        if limit < 1:
            found.append(_most(f"max_{verdict}", limit, n / rows, text))
    return found


def _most(name: str, limit: float, value: float, text: str) -> Gate:
    return Gate(name, limit, round(value, 6), value <= limit, f"{text}, at most {limit:g} allowed")


def _least(name: str, limit: float, value: float, text: str) -> Gate:
    return Gate(name, limit, value, value >= limit, f"{text}, at least {limit:g} wanted")
