"""A hard cap: what a call may take is set aside before it is sent, and settled when it is over."""

from threading import Lock
from typing import NamedTuple

from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams
from tasks.llm.prices import Price


class Amount(NamedTuple):
    """Tokens, and the money for them."""

    tokens_in: int = 0
    tokens_out: int = 0
    money: float = 0.0

    def plus(self, other: "Amount", sign: int = 1) -> "Amount":
        """Both together, or the difference."""
        return Amount(
            self.tokens_in + sign * other.tokens_in,
            self.tokens_out + sign * other.tokens_out,
            self.money + sign * other.money,
        )


class Purse:
    """What was spent and what is set aside, by all who share it. Safe to use from threads."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.spent = self.held = Amount()


class Budget:
    """The cap on what one door, and all that share its purse, may spend."""

    def __init__(self, params: LlmParams, price: Price | None, purse: Purse | None = None) -> None:
        """Start with nothing spent by this door; all that share a purse share the cap.

        Raises:
            UsageError: There is a cap on money, and no price for the model.
        """
        self.cap = params.budget
        if self.cap.money and price is None:
            raise UsageError(
                f"llm.budget.money={self.cap.money:g} needs a price for the model "
                f"{params.model!r}; name a YAML file with "
                "`models: {" + params.model + ": {in: 0.15, out: 0.60}}` (per million tokens) in "
                "llm.prices, or cap llm.budget.tokens"
            )
        self.price = price
        self.purse = purse or Purse()
        self.spent = Amount()  # by this door
        self._characters = self._tokens = 0  # of questions that were answered

    def learn(self, characters: int, tokens: int) -> None:
        """Note how many tokens a question of so many characters took."""
        with self.purse.lock:
            self._characters += characters
            self._tokens += tokens

    def likely(self, characters: int, estimate: int) -> int:
        """Tokens that a question will take: the estimate, or more if earlier ones took more."""
        with self.purse.lock:
            seen = self._tokens / self._characters if self._characters else 0.0
        return max(estimate, int(characters * seen))

    def worth(self, tokens_in: int, tokens_out: int, batched: bool = False) -> Amount:
        """So many tokens with what they cost; nothing where the model has no price."""
        money = self.price.of(tokens_in, tokens_out, batched) if self.price else 0.0
        return Amount(tokens_in, tokens_out, money)

    def reserve(self, amount: Amount) -> bool:
        """Set aside what a call may take; False if that is more than is left."""
        with self.purse.lock:
            total = self.purse.spent.plus(self.purse.held).plus(amount)
            if self.cap.tokens and total.tokens_in + total.tokens_out > self.cap.tokens:
                return False
            if self.cap.money and total.money > self.cap.money:
                return False
            self.purse.held = self.purse.held.plus(amount)
            return True

    def settle(self, reserved: Amount, used: Amount) -> None:
        """Give back what was set aside, and book what was used."""
        with self.purse.lock:
            self.purse.held = self.purse.held.plus(reserved, -1)
            self.purse.spent = self.purse.spent.plus(used)
            self.spent = self.spent.plus(used)

    def release(self, reserved: Amount) -> None:
        """Give back what was set aside for a call that was not made."""
        self.settle(reserved, Amount())
