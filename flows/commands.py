"""What `finery curate` does around the flow: server, progress, result."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from flows.home import store
from flows.server import Server
from flows.terminal import ProgressView, show_waterfall


def curate_command(
    sources: list[str], out: str, recipe: Path | None, settings: Sequence[str],
    *, dry_run: bool, quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """Curate `sources` into `out`; returns the exit code.

    Raises:
        UsageError: The call is wrong; nothing was written.
        FineryError: A stage failed.
    """
    # Prefect prints its own log and tracebacks to the terminal; the progress is ours
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    from tasks.ingest.sources import check_sources, find_sources
    from tasks.publish.folder import refuse_foreign

    spool = store() / "spool"
    specs = check_sources(sources, spool)
    refuse_foreign(out)
    server = None if dry_run else Server()  # starts while the imports below load
    from flows.params import CurateParams
    from flows.recipe import names, read_params

    params = read_params(CurateParams, recipe, settings)
    if server is None:
        from flows.dry_run import plan_run

        return plan_run(find_sources(specs, spool), params, as_json)
    from flows.curate import curate

    server.wait()
    with ProgressView(quiet=quiet or as_json):
        curate(specs, out, **{name: getattr(params, _field(name)) for name in names(CurateParams)})
    return _show(out, as_json)


def _field(name: str) -> str:
    return "validate_" if name == "validate" else name


def _show(out: str, as_json: bool) -> int:
    report = json.loads((Path(out) / "report.json").read_text(encoding="utf-8"))
    if as_json:
        shown = {k: v for k, v in report.items() if k not in ("examples", "shape")}
        print(json.dumps({"out": out, **shown}, ensure_ascii=False))  # noqa: T201
    else:
        show_waterfall(report, out)
    return 0 if all(gate["passed"] for gate in report["gates"]) else 1
