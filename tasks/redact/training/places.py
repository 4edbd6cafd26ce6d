"""Postal addresses and their parts, in the orders and forms of many countries."""

from tasks.redact.training.values import Value, Values

_STATES = "AL AZ CA CO FL GA IL KS MA MI NY NC OH OR PA TX UT VA WA WI QC ON BC NSW VIC"
STATES = tuple(_STATES.split(" "))


class Places(Values):
    """A seeded source of values, addresses among them."""

    def __init__(self, seed: int) -> None:
        """Start the source; equal seeds give equal values."""
        super().__init__(seed)
        self.slots |= {
            "A": self.address, "X": self.unit, "Z": self.code,
            "H": lambda: Value(self.street(), "ADDRESS"),
        }  # fmt: skip

    def _case(self, text: str) -> str:
        draw = self.random.random()
        return text.lower() if draw < 0.04 else text.upper() if draw < 0.07 else text

    def street(self) -> str:
        """A street with its house number, before or behind."""
        faker = self.faker()
        street = faker.street_name() if self.chance(0.8) else f"{faker.last_name()} Street"
        house = str(self.random.choice([self.random.randint(1, 99), self.random.randint(1, 9999)]))
        draw = self.random.random()
        if draw < 0.1:
            return f"{house}{self.random.choice('abcd')} {street}"
        if draw < 0.14:
            return f"the corner of {street} and {faker.street_name()}"
        house = f"{self.random.randint(1, 99)} {house}" if self.chance(0.12) else house
        before = f"{house} {street}"
        if draw < 0.6:
            return before
        return f"{street} {house}" if draw < 0.85 else f"{before} {self.random.randint(1, 120)}"

    def address(self) -> Value:
        """A postal address: a street and, most often, unit, town, code or country."""
        draw = self.random.random()
        parts = [self.street()]
        if draw < 0.05:
            box = self.random.choice(["P.O. Box", "PO Box", "PSC", "Unit"])
            parts = [f"{box} {self.digits(2, 5)}"]
        if self.chance(0.3):
            parts.append(self.unit().text)
        gap = self.random.choice([", ", ", ", "\n", " ", "\n "])
        return Value(self._case(gap.join(parts) + self._town(gap)), "ADDRESS")

    def _town(self, gap: str) -> str:
        if self.chance(0.25):
            return ""
        draw, town, code = self.random.random(), self.town(), self.digits(4, 5)
        town = town.upper() if self.chance(0.15) else town
        if draw < 0.2:
            return f"{gap}{town}"
        if draw < 0.35:
            return f"{gap}{code} {town}"
        if draw < 0.7:
            tie = self.random.choice([", ", ", ", "\n, ", " "])
            state = self.random.choice(STATES)
            return f"{gap}{town}{tie}{state}{self.random.choice([' ', ' ', chr(10) + ' '])}{code}"
        country = self.fakers["en_US"].country()
        return f"{gap}{town}{gap}{country}" + (f" {code}" if self.chance(0.6) else "")

    def unit(self) -> Value:
        """A flat or an office in a house."""
        kind = self.random.choice(["Apt.", "Apt", "Suite", "Flat", "Unit", "Floor", "#"])
        return Value(f"{kind} {self.digits(1, 3)}", "ADDRESS")

    def code(self) -> Value:
        """A postal code, often with state or country before it."""
        country = self.fakers["en_US"].country() if self.chance(0.5) else ""
        state = self.random.choice(STATES) if self.chance(0.5) else ""
        return Value(f"{country or state} {self.digits(4, 5)}".strip(), "ADDRESS")
