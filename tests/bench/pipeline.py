"""Throughput of every stage, the price of orchestration, and a second run from cache."""

from statistics import median

from tests.bench.runs import Pair, Runs
from tests.bench.section import Cell, Section, Share
from tests.bench.spent import Spent


def throughput(runs: Runs) -> Section:
    """Rows per second of every stage and of the whole."""
    first = runs.pairs[0].plain
    whole = first.total
    spent = {**first.stages, "whole run": whole}
    rows: list[dict[str, Cell]] = [
        {
            "stage": name, "CPU s": s.cpu, "wall s": s.wall,
            "rows per CPU s": round(runs.rows / max(s.cpu, 1e-3)),
            "rows per wall s": round(runs.rows / max(s.wall, 1e-3)),
            "share of CPU": Share(s.cpu / whole.cpu),
        }
        for name, s in spent.items()
    ]  # fmt: skip
    under = runs.pairs[0].flow.peak_megabytes
    note = (
        f"{runs.rows:,} rows, a fresh process and an empty store, one stage after the other "
        f"without Prefect's engine. Peak memory {first.peak_megabytes:,.0f} MB; under Prefect, "
        f"where parts run in parallel, {under:,.0f} MB (its server apart)."
    )
    return Section("throughput", "Throughput", note, rows)


def orchestration(runs: Runs) -> Section:
    """What Prefect costs: the flow beside its stages alone."""
    pairs, serial = runs.pairs, runs.serial
    work_wall = sum(s.wall for s in serial.stages.values())
    work_cpu = sum(s.cpu for s in serial.stages.values())
    total = serial.total
    rows = [
        _compared("CPU of the process", [(p.plain.total.cpu, p.flow.total.cpu) for p in pairs]),
        _compared("CPU with the server's", [(p.plain.total.cpu, _with_server(p)) for p in pairs]),
        _compared(
            "CPU of the whole command, start of Python and of the server included",
            [(p.plain.command.cpu, p.flow.command.cpu) for p in pairs],
        ),
        _compared(
            "wall, stages in parallel", [(p.plain.total.wall, p.flow.total.wall) for p in pairs]
        ),
        _compared("wall, one task at a time: flow less its stages", [(work_wall, total.wall)]),
        _compared("CPU, one task at a time: flow less its stages", [(work_cpu, total.cpu)]),
    ]
    note = (
        f"{runs.rows:,} rows through the flow `curate` under a Prefect server, beside the same "
        f"stages called directly; fresh stores, rounds in turn: {len(pairs)}, medians. The last "
        "two lines compare within one run, so the noise of the machine is not in them. A negative "
        "share means that the flow was faster."
    )
    return Section("orchestration", "What orchestration costs", note, rows)


def cache(runs: Runs) -> Section:
    """The second run over the same rows and store."""
    pairs = runs.pairs
    rows: list[dict[str, Cell]] = [
        _again("flow, CPU s", [(p.flow.total.cpu, p.again.total.cpu) for p in pairs]),
        _again("flow, wall s", [(p.flow.total.wall, p.again.total.wall) for p in pairs]),
        _again(
            "of it publishing (never from cache), wall s",
            [(_publishing(p.flow.stages), _publishing(p.again.stages)) for p in pairs],
        ),
        _again("whole command, CPU s", [(p.flow.command.cpu, p.again.command.cpu) for p in pairs]),
        _again(
            "whole command, wall s", [(p.flow.command.wall, p.again.command.wall) for p in pairs]
        ),
    ]
    computed = sorted({name for p in pairs for name in p.again.stages})
    note = (
        f"The same {runs.rows:,} rows once more, in a new process over the same store, medians of "
        f"{len(pairs)} rounds. Computed in the second run: {', '.join(computed)}."
    )
    return Section("cache", "Second run from cache", note, rows)


def _with_server(pair: Pair) -> float:
    return pair.flow.total.cpu + pair.flow.server_cpu


def _publishing(stages: dict[str, Spent]) -> float:
    return stages["publish.release"].wall


def _compared(name: str, seconds: list[tuple[float, float]]) -> dict[str, Cell]:
    """Stages and flow in seconds, and the share of the flow that is not the stages'."""
    plain, flow = (median(side) for side in zip(*seconds, strict=True))
    return {
        "measure": name, "stages s": plain, "flow s": flow,
        "share of orchestration": Share(median(1 - p / f for p, f in seconds)),
    }  # fmt: skip


def _again(name: str, seconds: list[tuple[float, float]]) -> dict[str, Cell]:
    first, second = (median(side) for side in zip(*seconds, strict=True))
    return {
        "measure": name, "first": first, "second": second,
        "share of the first": Share(median(s / f for f, s in seconds)),
    }  # fmt: skip
