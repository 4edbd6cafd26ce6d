"""Settings of the door to language models."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from tasks.base.params import StageParams

# Patterns stand in the schema of the UI's form as well, so that a key in the wrong field is turned
# away before anything of the run is stored.
ADDRESS = r"^(none|local|https?://[^\s@?#]+)?$"
VARIABLE = r"^([A-Z_][A-Z0-9_]{0,63})?$"
BLOCK = r"^([a-z0-9]+(-[a-z0-9]+)*)?$"
PRIVATE = ("endpoint", "key_variable", "key_secret")
"""Fields that people put keys into by mistake; what stands in them is in no message."""


class LlmUse(StageParams):
    """Which model one use asks; whatever is empty is taken from the section `llm`."""

    endpoint: str = Field(
        default="", title="Endpoint", pattern=ADDRESS,
        description="none, local, or the base URL of an OpenAI-compatible API.",
    )  # fmt: skip
    model: str = Field(
        default="", title="Model", description="Name of the model, as the endpoint lists it."
    )
    key_variable: str = Field(
        default="", title="Key variable", pattern=VARIABLE,
        description="Environment variable that holds the API key. Never the key itself.",
    )  # fmt: skip
    key_secret: str = Field(
        default="", title="Key secret", pattern=BLOCK,
        description="Name of the Prefect Secret block that holds the API key; goes before the "
        "variable.",
    )  # fmt: skip


class BudgetParams(StageParams):
    """A hard cap; what is not reached stays unscored, with that reason."""

    tokens: int = Field(
        default=0, ge=0, title="Most tokens",
        description="Tokens in and out that one run may use; 0 for no cap.",
    )  # fmt: skip
    money: float = Field(
        default=0, ge=0, title="Most money",
        description="In the currency of the price table (USD as shipped); 0 for no cap. Needs a "
        "price for the model.",
    )  # fmt: skip

    def left(self, tokens: int, money: float) -> "BudgetParams":
        """What is left after that much was spent; a cap that is used up lets nothing through."""
        return BudgetParams(
            tokens=self.tokens and max(1, self.tokens - tokens),
            money=self.money and max(1e-12, self.money - money),
        )


class LlmParams(LlmUse):
    """The door to language models."""

    endpoint: str = Field(
        default="none", title="Endpoint", pattern=ADDRESS,
        description="none: no model is asked. local: a small model on this machine (`finery "
        "models install`); it shows that all works and judges no better than chance. Else the "
        "base URL of an OpenAI-compatible API, such as https://api.openai.com/v1.",
    )  # fmt: skip
    key_variable: str = Field(
        default="OPENAI_API_KEY", title="Key variable", pattern=VARIABLE,
        description="Environment variable that holds the API key. Never the key itself.",
    )  # fmt: skip
    revision: str = Field(
        default="", title="Revision",
        description="Any text; another one asks everything anew. Set it when the weights behind "
        "the model's name have changed.",
    )  # fmt: skip
    mode: Literal["online", "batch"] = Field(
        default="online", title="Mode",
        description="batch: hand the calls in as one file where the endpoint offers that, at half "
        "the price, and wait up to a day.",
    )  # fmt: skip
    budget: BudgetParams = Field(
        default=BudgetParams(), title="Budget", description="A hard cap on tokens and money."
    )
    prices: str = Field(
        default="", title="Prices",
        description="YAML file with prices per million tokens that goes before the one shipped.",
    )  # fmt: skip
    concurrency: int = Field(
        default=8, ge=1, le=1000, title="Concurrency", description="Most calls in flight."
    )
    requests_per_minute: int = Field(
        default=0, ge=0, title="Requests per minute", description="0 for as many as it takes."
    )
    tokens_per_minute: int = Field(
        default=0, ge=0, title="Tokens per minute", description="0 for as many as it takes."
    )
    timeout: float = Field(
        default=120, gt=0, title="Time-out", description="Seconds that one answer may take."
    )
    attempts: int = Field(
        default=6, ge=1, le=50, title="Attempts",
        description="How often a call is tried before it is given up.",
    )  # fmt: skip

    # what these say changes how long it takes and what it costs, not what is answered
    not_content: ClassVar[set[str]] = {
        "key_variable", "key_secret", "mode", "budget", "prices", "concurrency",
        "requests_per_minute", "tokens_per_minute", "timeout", "attempts",
    }  # fmt: skip

    @field_validator("budget", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if isinstance(value, int | float | str):
            raise ValueError(  # noqa: TRY004 (pydantic turns a ValueError into its own)
                "say of what: llm.budget.tokens=200000 or llm.budget.money=5"
            )
        return value

    def for_use(self, use: LlmUse) -> "LlmParams":
        """These settings with what `use` says put in their place."""
        named = ("endpoint", "model", "key_variable", "key_secret")
        given = {name: getattr(use, name) for name in named if getattr(use, name)}
        return self.model_copy(update=given)
