"""What a call costs, from a table that people may put their own in front of."""

from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.base.errors import UsageError
from tasks.base.yaml_text import parse
from tasks.llm.params import LlmParams

TABLE = Path(__file__).with_name("prices.yaml")


class _Price(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    in_: float = Field(ge=0, alias="in")
    out: float = Field(ge=0)
    batch: float = Field(default=1.0, gt=0, le=1)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    currency: str = "USD"
    models: dict[str, _Price]


class Price(NamedTuple):
    """Price of one model, per token."""

    tokens_in: float
    tokens_out: float
    batch: float = 1.0  # factor in batch mode
    currency: str = "USD"

    def of(self, tokens_in: int, tokens_out: int, batched: bool = False) -> float:
        """Money for one call, or for many together."""
        money = tokens_in * self.tokens_in + tokens_out * self.tokens_out
        return money * self.batch if batched else money


FREE = Price(0.0, 0.0)


def price_of(params: LlmParams) -> Price | None:
    """The price of the model that `params` name; None if no table has it. Local models are free.

    Raises:
        UsageError: The user's table cannot be read, or has another shape.
    """
    if params.endpoint == "local":
        return FREE
    for path in ([Path(params.prices)] if params.prices else []) + [TABLE]:
        table = _read(path)
        found = table.models.get(params.model)
        if found is not None:
            return Price(found.in_ / 1e6, found.out / 1e6, found.batch, table.currency)
    return None


def _read(path: Path) -> _Table:
    shape = "models: {NAME: {in: 0.15, out: 0.60}}, in money per million tokens"
    try:
        return _Table.model_validate(parse(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = type(error).__name__
        raise UsageError(
            f"llm.prices {str(path)!r} cannot be read ({reason}); wanted: {shape}"
        ) from None
    except ValidationError as errors:
        first = errors.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        what = f"{where or 'the file'}: {first['msg'].lower()}"
        raise UsageError(f"llm.prices {str(path)!r}: {what}; wanted: {shape}") from None
