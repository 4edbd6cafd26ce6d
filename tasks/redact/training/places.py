"""Postal addresses and their parts, in the orders and forms of many countries."""

from tasks.redact.training.people import People
from tasks.redact.training.values import Value

_STATES = "AL AZ CA CO FL GA IL KS MA MI NY NC OH OR PA TX UT VA WA WI QC ON BC NSW VIC QLD TV ZH"
STATES = tuple(_STATES.split(" "))
BEFORE = (
    "Rue", "Rue de", "Rue du", "Chemin", "Impasse", "Boulevard", "Avenue", "Via", "Viale", "Corso",
    "Piazza", "Calle", "Avenida", "Plaza", "Paseo", "Rua", "Largo", "Travessa", "Praça", "ul.",
    "al.", "Ulica", "Trg", "Carrer", "Camino", "Strada", "Place", "Quai", "Jalan", "Calçada", "R",
)  # fmt: skip
JOINED = (
    "straße", "strasse", "str.", "weg", "gasse", "platz", "allee", "straat", "laan", "plein",
    "gatan", "vägen", "gata", "veien", "vegen", "vej", "gade", "stræde", "katu", "tie", "kuja",
    "bakken", "vegur", "stígur", "steenweg", "kade", "gränd", "torget", "damm", "ufer", "by",
)  # fmt: skip
BEHIND = (
    "Street", "Road", "Lane", "Avenue", "Drive", "Court", "Close", "Way", "Crescent", "Hill",
    "Square", "Parkway", "St", "Rd", "Ave", "Blvd", "utca", "u.", "út", "tér", "ulice", "náměstí",
    "trg", "Strasse", "Straße", "Allee", "Plads", "Ring", "Terrace", "Place", "Boulevard", "iela",
)  # fmt: skip
CODES = ("%%%%%", "%%%%%", "%%%%%", "%%%%", "%%%%%-%%%%", "%%% %%", "%%-%%%", "%%%% @@", "@%@ %@%",
         "@@% %@@", "@%% %@@", "%%%%-%%%", "@-%%%%")  # fmt: skip
BOXES = ("P.O. Box", "PO Box", "P.O.Box", "Postfach", "Box", "Boîte postale")


class Places(People):
    """A seeded source of values, addresses and persons among them."""

    def __init__(self, seed: int) -> None:
        """Start the source; equal seeds give equal values."""
        super().__init__(seed)
        self.slots |= {
            "A": self.address, "X": self.unit, "Z": self.code,
            "H": lambda: Value(self.numbered(), "ADDRESS"),
            "B": lambda: Value(self.street(), "ADDRESS"),
            "Y": lambda: Value(self.house(), "ADDRESS"),
        }  # fmt: skip

    def _case(self, text: str) -> str:
        draw = self.random.random()
        return text.lower() if draw < 0.04 else text.upper() if draw < 0.07 else text

    def house(self) -> str:
        """A house number."""
        number = self.random.choice([self.random.randint(1, 99), self.random.randint(1, 9999)])
        return f"{number}{self.random.choice('abcd')}" if self.chance(0.08) else f"{number}"

    def street(self) -> str:
        """A street without a number."""
        draw = self.random.random()
        stem = self.last() if self.chance(0.6) else self.town()
        stem = f"{self.first()} {stem}" if self.chance(0.15) else stem
        if draw < 0.35:
            return self.faker().street_name()
        if draw < 0.55:
            return f"{self.random.choice(BEFORE)} {stem}"
        if draw < 0.75:
            return stem + self.random.choice(JOINED)
        return f"{stem} {self.random.choice(BEHIND)}"

    def numbered(self) -> str:
        """A street with its house number, before or behind."""
        street, house, draw = self.street(), self.house(), self.random.random()
        street = self.town() if draw < 0.08 else street  # a village without streets
        if self.chance(0.08):
            lead = "the corner of " if self.chance(0.6) else ""
            return f"{lead}{self.first() if self.chance(0.3) else street} and {self._corner()}"
        if draw < 0.08 or self.chance(0.35):
            dot = "." if self.chance(0.05) else ""
            lead = f"{self.digits(1, 2)} " if self.chance(0.25) else ""
            return f"{lead}{street} {house}{dot}"
        tail = f" {self.random.randint(1, 120)}" if self.chance(0.2) else ""
        lead = f"{self.digits(1, 2)} " if self.chance(0.1) else ""
        return f"{lead}{house} {street}{tail}"

    def _corner(self) -> str:
        return f"{self.street()} {self.house()}" if self.chance(0.5) else self.street()

    def address(self) -> Value:
        """A postal address: a street and, most often, unit, town, code or country."""
        if self.chance(0.1):
            lines = self.fakers["en_US"].address().split("\n")
            return Value(self._case(self._gap().join(lines)), "ADDRESS")
        parts = [self.numbered()]
        if self.chance(0.06):
            lead = f"{self.digits(1, 2)} " if self.chance(0.3) else ""
            parts = [f"{lead}{self.random.choice(BOXES)} {self.digits(2, 5)}"]
        if self.chance(0.3):
            parts.append(self.unit().text)
        gap = self._gap()
        return Value(self._case(gap.join(parts) + self._town(gap)), "ADDRESS")

    def _gap(self) -> str:
        return self.random.choice([", ", ", ", "\n", " ", "\n "])

    def _town(self, gap: str) -> str:
        if self.chance(0.3):
            return ""
        draw, town, code = self.random.random(), self.town(), self._code()
        town = town.upper() if self.chance(0.15) else town
        if draw < 0.2:
            return f"{gap}{town}"
        if draw < 0.35:
            return f"{gap}{code} {town}"
        if draw < 0.6:
            tie = self.random.choice([", ", ", ", "\n, ", " "])
            state = self.random.choice(STATES)
            return f"{gap}{town}{tie}{state}{self.random.choice([' ', ' ', chr(10) + ' '])}{code}"
        return f"{gap}{town}{gap}{self.country()}" + (f" {code}" if self.chance(0.6) else "")

    def unit(self) -> Value:
        """A flat or an office in a house."""
        kind = self.random.choice(["Apt.", "Apt", "Suite", "Flat", "Unit", "Floor", "#", "Door"])
        return Value(f"{kind} {self.digits(1, 3)}", "ADDRESS")

    def _code(self) -> str:
        form = self.random.choice(CODES)
        made = [self.digits(1, 1) if c == "%" else c for c in form]
        return "".join(self.random.choice("ABCDEGHKLMNPRSTWX") if c == "@" else c for c in made)

    def code(self) -> Value:
        """A postal code, often with state or country before it."""
        country = self.country() if self.chance(0.4) else ""
        state = self.random.choice(STATES) if self.chance(0.4) else ""
        return Value(f"{country or state} {self._code()}".strip(), "ADDRESS")
