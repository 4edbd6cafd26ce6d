"""Every deployment from one process, for a laptop: no work pool, no worker.

Run as `python -m deployments.serve`, or by `make serve`; Ctrl-C ends it. Deployments and schedules
are those of `prefect.yaml`. Where no Prefect server answers, one is started, and ends with us.
"""

import os
import sys
from typing import TYPE_CHECKING, Any, cast

from deployments.processes import end
from deployments.server import refuse_taken, start_server, wait
from flows.deploy import listed, names
from flows.home import ROOT, prefect_home, settle
from flows.server import answers, running
from tasks.base.errors import FineryError, UsageError

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule


def deployment(entry: dict[str, Any]) -> "RunnerDeployment":
    """One entry of `prefect.yaml` as what this process can serve."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.flows import Flow, load_flow_from_entrypoint

    flow: Flow[..., Any] = load_flow_from_entrypoint(
        entry["entrypoint"], use_placeholder_flow=False
    )
    limit = entry.get("concurrency_limit")
    made = flow.to_deployment(
        entry["name"],
        parameters=entry["parameters"],
        schedules=[schedule(one) for one in entry.get("schedules", ())],
        concurrency_limit=ConcurrencyLimitConfig.model_validate(limit) if limit else None,
        description=entry["description"],
        tags=entry["tags"],
        version=entry["version"],
        paused=False,  # it was paused when an earlier process like this one ended
    )
    return cast("RunnerDeployment", made)


def schedule(entry: dict[str, Any]) -> "Schedule":
    """One schedule of an entry, with the parameters that are its own."""
    from prefect.schedules import Cron

    names = ("timezone", "active", "parameters", "slug")
    return Cron(entry["cron"], **{name: entry[name] for name in names if name in entry})


def serve_all(port: int) -> int:
    """Serve until interrupted.

    Raises:
        UsageError: `make up` runs, whose worker has these deployments, the port is taken, or the
            server that is named does not answer.
        FineryError: The server did not start.
    """
    if url := running():
        raise UsageError(f"`make up` runs at {url} and has these deployments; `make down` ends it")
    given = os.environ.get("PREFECT_API_URL")
    if given and not answers(given):
        raise UsageError(f"PREFECT_API_URL is {given!r}, but no Prefect server answers there")
    url = os.environ.setdefault("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
    server = None
    if not answers(url):
        refuse_taken(port, "the server")
        prefect_home().mkdir(parents=True, exist_ok=True)
        server = start_server(port)
    try:
        if server is not None:
            wait(url, server)
        sys.stdout.write(f"UI: {url.removesuffix('/api')}   Ctrl-C ends it\n")
        sys.stdout.flush()
        _serve()
    finally:
        if server is not None:
            end(server)
    return 0


def _serve() -> None:
    from prefect import serve

    os.chdir(ROOT)  # entrypoints and sources are relative to the project
    (ROOT / "data" / "raw").mkdir(parents=True, exist_ok=True)
    _take_over()
    serve(*map(deployment, listed()), print_starting_message=False)


def _take_over() -> None:
    """Free deployments of a work pool: Prefect leaves them in it, with a folder of no use here."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import DeploymentUpdate

    ours = set(names())
    with get_client(sync_client=True) as client:
        for one in client.read_deployments():
            flow = client.read_flow(one.flow_id)
            if f"{flow.name}/{one.name}" in ours:
                change = DeploymentUpdate(path=".", work_pool_name=None)
                client.update_deployment(one.id, change)


def main() -> int:
    """Serve at the port that is named, or at Prefect's own."""
    settle()
    try:
        return serve_all(int(sys.argv[1]) if sys.argv[1:] else 4200)
    except FineryError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2 if isinstance(error, UsageError) else 3


if __name__ == "__main__":
    sys.exit(main())
