"""What the commands do around their flows: server, progress, result."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.home import store
from flows.server import Server
from flows.terminal import ProgressView, show_waterfall
from tasks.base.errors import UsageError

if TYPE_CHECKING:
    from flows.params import RunParams
    from tasks.publish.plan import Release


class Asked(NamedTuple):
    """What was asked for on the command line."""

    flow: str  # curate, nightly, score, augment or scale
    sources: list[str]
    out: str  # of `nightly` the folder of the releases
    recipe: Path | None
    settings: Sequence[str]
    gold: Path | None = None


def run_command(asked: Asked, *, dry_run: bool, quiet: bool, as_json: bool) -> int:
    """Run a flow over files; returns the exit code.

    Raises:
        UsageError: The call is wrong; nothing was written.
        FineryError: A stage failed.
    """
    # Prefect prints its own log and tracebacks to the terminal; the progress is ours
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "CRITICAL")
    from tasks.ingest.sources import check_sources, find_sources
    from tasks.publish.folder import unwritable

    if why := unwritable(store()):
        raise UsageError(f"FINERY_STORE {str(store())!r}: {why}; name another folder for the store")
    spool = store() / "spool"
    specs = check_sources(asked.sources, spool)
    _check_folder(asked)
    if asked.gold is not None and not asked.gold.is_file():
        raise UsageError(f"--gold {str(asked.gold)!r} is no file; name one with human labels")
    server = None if dry_run else Server()  # starts while the imports below load
    from flows.recipe import read_params
    from flows.redaction import check_variables

    params = read_params(_model(asked.flow), asked.recipe, asked.settings)
    _check_protected(params)
    check_variables(params)
    if server is None:
        from flows.dry_run import plan_run

        gold = str(asked.gold or "")
        return plan_run(find_sources(specs, spool), _planned(params, asked.out), as_json, gold)
    _check_review(params, server)
    done = _run(asked, specs, params, server, quiet=quiet or as_json)
    _show(done, as_json)
    if asked.flow == "nightly" and not as_json:
        print(done.sentence)  # noqa: T201
    return 1 if done.failed_gates else 0


def _check_folder(asked: Asked) -> None:
    """See that what would be written overwrites nothing of somebody else's."""
    from tasks.publish.folder import refuse_foreign
    from tasks.publish.releases import Releases

    if asked.flow == "nightly":
        Releases(asked.out).check_writable()
    else:
        refuse_foreign(asked.out)


def _planned(params: "RunParams", out: str) -> "RunParams":
    """What is looked up to say what a run would do."""
    from flows.params import NightlyParams
    from tasks.publish.releases import INDEX

    if not isinstance(params, NightlyParams):
        return params
    return params.curating(str(Path(out) / INDEX) if params.each == "new" else "")


def _check_protected(params: "RunParams") -> None:
    """See that every protected set is there, before anything starts."""
    from flows.params import CurateParams

    if isinstance(params, CurateParams) and params.protect:
        from flows.protect import protected_files

        protected_files(params)


def _check_review(params: "RunParams", server: Server) -> None:
    """See that decisions can be read, and that there is a UI to answer in if people are asked."""
    from flows.params import CurateParams

    if not isinstance(params, CurateParams):
        return
    from flows.decide import given

    given(params.review)
    if params.review.wait and server.process is not None:
        raise UsageError(
            "review.wait=true: there is no UI to answer in; `make up` starts one, or ask by files "
            "with `finery review push`"
        )


def _model(flow: str) -> "type[RunParams]":
    from flows import params

    models: tuple[type[RunParams], ...] = (
        params.CurateParams, params.NightlyParams, params.ScoreRunParams, params.AugmentRunParams,
        params.ScaleRunParams,
    )  # fmt: skip
    return next(model for model in models if model.command == flow)


def _run(
    asked: Asked, specs: list[str], params: "RunParams", server: Server, *, quiet: bool
) -> "Release":
    """Import the flow while the server starts, and run it."""
    from importlib import import_module
    from inspect import signature

    from flows.recipe import names

    flow: Any = getattr(import_module(f"flows.{asked.flow}"), asked.flow)
    known = signature(flow.fn).parameters
    given: dict[str, Any] = {
        name: getattr(params, _field(name)) for name in names(type(params)) if name in known
    }
    if asked.gold is not None:
        given["gold"] = str(asked.gold)
    server.wait()
    with ProgressView(quiet=quiet):
        done: Release = flow(specs, asked.out, **given)
    return done


def _field(name: str) -> str:
    return "validate_" if name == "validate" else name


def _show(done: "Release", as_json: bool) -> None:
    report = json.loads((Path(done.out) / "report.json").read_text(encoding="utf-8"))
    if as_json:
        shown = {k: v for k, v in report.items() if k not in ("examples", "shape")}
        # what the command says goes before what the report does: of a night it knows more
        print(json.dumps(shown | done.model_dump(mode="json"), ensure_ascii=False))  # noqa: T201
    else:
        show_waterfall(report, done.out)
