"""What a flow adds to the redaction: its seed, and the look at the keys before anything runs."""

from flows.params import RunParams
from tasks.redact.params import RedactParams, check_keys


def seeded_redact(params: RunParams) -> RedactParams:
    """The redaction with the run's seed, unless it has its own or draws nothing."""
    given = params.redact
    if given.mode != "surrogate" or given.seed is not None:
        return given
    return given.model_copy(update={"seed": params.seed})


def check_variables(params: RunParams) -> None:
    """See that the keys in the environment are there; a Secret block needs a server to be asked.

    Raises:
        UsageError: One is not.
    """
    if not params.redact.map_key_secret:
        check_keys(params.redact)
