"""Names of persons as people write them, from many countries; user names and numbers of theirs."""

from tasks.redact.training.values import Value, Values

INITIALS = "ABCDEFGHJKLMNPRSTVW"
SUFFIXES = ("Jr.", "Sr.", "II", "III", "MD", "PhD", "Esq.")


class People(Values):
    """A seeded source of values, persons among them."""

    def __init__(self, seed: int) -> None:
        """Start the source; equal seeds give equal values."""
        super().__init__(seed)
        self.slots |= {
            "P": self.person, "F": lambda: Value(self.first(), "PERSON"),
            "L": lambda: Value(self.last(), "PERSON"),
            "U": self.username, "I": self.identity,
        }  # fmt: skip

    def first(self) -> str:
        """A first name; half of them are common in English."""
        if self.chance(0.04):
            return str(self.japan.first_romanized_name())
        return self.faker().first_name()

    def last(self) -> str:
        """A last name; most are not, as those who learn only Smith and Jones know no others."""
        if self.chance(0.04):
            return str(self.japan.last_romanized_name())
        name = self.faker(0.3).last_name()
        return f"{name}-{self.faker().last_name()}" if self.chance(0.03) else name

    def person(self) -> Value:
        """A full name, or a first or last name alone."""
        draw, first, last = self.random.random(), self.first(), self.last()
        middle = self.random.choice(INITIALS) + self.random.choice(["", "."])
        name = (
            first if draw < 0.16 else last if draw < 0.24
            else f"{first} {middle} {last}" if draw < 0.32
            else f"{last}, {first}" if draw < 0.34
            else f"{first} {self.first()} {last}" if draw < 0.38
            else f"{first} {last} {self.random.choice(SUFFIXES)}" if draw < 0.41
            else f"{first[0]}. {last}" if draw < 0.44
            else f"{first} {last}"
        )  # fmt: skip
        return Value(name.upper() if self.chance(0.02) else name, "PERSON")

    def username(self) -> Value:
        """A handle, as forums and logs have it."""
        name = self.faker().first_name().lower()
        word = self.random.choice(["dev", "x", "fan", "codes", "_99", "the", "92", "_", "1"])
        return Value(f"{name}{word}{self.digits(0, 3)}", "USERNAME")

    def identity(self) -> Value:
        """A number or code that stands for one person or contract."""
        lead = self.random.choice(["", "", "E-", "MRN", "A", "AB", "KX", "P-"])
        return Value(f"{lead}{self.digits(6, 10)}", "ID")
