"""Tell somebody that a run failed, or that a gate did.

`FINERY_NOTIFY` names a notification block of Prefect (`slack-webhook/nightly`). What is sent names
the flow, the run and what failed in general terms. It may end in a chat that many read, so it holds
no key, no row and no value: of an error that is not ours only the type is told.
"""

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flows.faults import causes
from flows.stages import STAGE
from tasks.base.errors import FineryError, UsageError

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State

    from tasks.publish.plan import Release

logger = logging.getLogger(__name__)

VARIABLE = "FINERY_NOTIFY"
LONGEST = 500  # characters of an error


def check_block() -> None:
    """See that the block is there, before anything runs.

    Raises:
        UsageError: It is not, or it can tell nobody anything.
    """
    name = os.environ.get(VARIABLE)
    if name and not hasattr(_block(name), "notify"):
        raise UsageError(
            f"{VARIABLE} is {name!r}, which is no notification block; name one such as "
            "slack-webhook/nightly, or unset the variable"
        )


def on_failure(flow: "Flow[..., Any]", flow_run: "FlowRun", state: "State[Any]") -> None:
    """Tell of a run that failed or crashed; a hook of every flow."""
    if not os.environ.get(VARIABLE):
        return
    error = state.result(raise_on_failure=False) if state.data is not None else None
    lines = [f"state: {state.name}"]
    if isinstance(error, BaseException):
        lines += [note for one in causes(error) for note in getattr(one, "__notes__", ())
                  if note.startswith(STAGE)]  # fmt: skip
        lines.append(f"error: {_told(error)}")
    tell(f"{flow.name} {_word(state)}", flow_run.name, str(flow_run.id), lines)


def gates_failed(done: "Release") -> None:
    """Tell of a run that finished and broke a gate."""
    if not done.failed_gates or not os.environ.get(VARIABLE):
        return
    from prefect.runtime import flow_run

    lines = ["state: Completed, but a gate failed"]
    lines += [f"gate failed: {name}" for name in done.failed_gates]
    counts = ("read", "kept", "dropped", "quarantined", "made")
    lines.append("rows: " + ", ".join(f"{getattr(done, name):,} {name}" for name in counts))
    name, flow = str(flow_run.get_name() or ""), str(flow_run.get_flow_name() or "")
    tell(f"{flow}: a gate failed", name, str(flow_run.get_id()), lines)


def tell(subject: str, run: str, run_id: str, lines: Sequence[str]) -> None:
    """Send a message through the block; whatever goes wrong, the run is not touched."""
    block = os.environ.get(VARIABLE, "")
    body = "\n".join([f"run: {run}", *lines, f"open: {_link(run_id)}"])
    try:
        _block(block).notify(body, f"Finery: {subject}")
    except Exception as error:  # its text may hold the address of the webhook, which is a secret
        logger.warning("%s %r told nobody: %s", VARIABLE, block, type(error).__name__)


def _block(name: str) -> Any:  # noqa: ANN401 (blocks of any kind)
    from prefect.blocks.core import Block

    try:
        return Block.load(name)
    except ValueError as error:
        raise UsageError(
            f"{VARIABLE} is {name!r}, but Prefect has no such block; make it in the UI (Blocks), "
            "name it as type/name, or unset the variable"
        ) from error


def _told(error: BaseException) -> str:
    """What may be said of an error: ours without personal data, of others the type."""
    if not isinstance(error, FineryError):
        return type(error).__name__
    from tasks.redact.mask import mask_texts

    text = str(error)[:LONGEST]
    return f"{type(error).__name__}: {mask_texts([text])[0]}"


def _word(state: "State[Any]") -> str:
    return "crashed" if state.is_crashed() else "failed"


def _link(run_id: str) -> str:
    from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

    url = PREFECT_UI_URL.value() or (PREFECT_API_URL.value() or "").removesuffix("/api")
    return f"{url}/runs/flow-run/{run_id}"
