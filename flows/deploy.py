"""Register every deployment with the current Prefect API."""

import os
import subprocess
import sys
from typing import Any

from flows.home import ROOT, settle
from flows.server import answers, running
from tasks.base.errors import UsageError

POOL = "finery"
FILE = "deployments/prefect.yaml"


def deploy_all() -> int:
    """Make the work pool if it is not there, and register what `deployments/prefect.yaml` lists.

    Raises:
        UsageError: There is no server to register with.
    """
    settle()
    url = os.environ.get("PREFECT_API_URL") or running() or _profile_url()
    if not answers(url):
        raise UsageError(
            f"no Prefect server answers at {url}; `make up` starts one with a worker, or set "
            "PREFECT_API_URL to the address of your own"
        )
    environment = {**os.environ, "PREFECT_API_URL": url}
    # overwrite keeps the command the same for the first time and every other
    pool = ["work-pool", "create", POOL, "--type", "process", "--overwrite"]
    for arguments in (pool, ["deploy", "--prefect-file", FILE, "--all"]):
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
            cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise UsageError(f"prefect {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    sys.stdout.write(f"deployed {', '.join(names())} to {url}\n")
    return 0


def listed() -> list[dict[str, Any]]:
    """Every deployment, as `deployments/prefect.yaml` has it."""
    import yaml

    return list(yaml.safe_load((ROOT / FILE).read_text())["deployments"])


def names() -> list[str]:
    """Flow and deployment, as Prefect lists them."""
    return [f"{one['entrypoint'].rsplit(':')[-1]}/{one['name']}" for one in listed()]


def _profile_url() -> str:
    import tomllib

    profiles = tomllib.loads((ROOT / ".prefect" / "profiles.toml").read_text())
    return str(profiles["profiles"][profiles["active"]].get("PREFECT_API_URL", ""))
