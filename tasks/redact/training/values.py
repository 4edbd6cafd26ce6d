"""Towns, dates, numbers, goods: what made sentences are about, persons and addresses apart.

All of it is Faker's or put together here; no text of a benchmark and no person's data is in it.
"""

import random
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tasks.redact.training.nouns import DISHES, GOODS, TEAMS, TOPICS, UNITS

if TYPE_CHECKING:
    from faker import Faker

LATIN = (
    "en_US", "en_GB", "en_CA", "en_NZ", "en_IN", "fr_FR", "fr_CH", "es_ES", "es_CO", "it_IT",
    "de_DE", "de_AT", "nl_NL", "sv_SE", "fi_FI", "hu_HU", "cs_CZ", "da_DK", "no_NO", "pl_PL",
    "pt_BR", "ro_RO", "hr_HR", "sl_SI", "et_EE", "lt_LT", "is_IS", "fil_PH", "tr_TR",
    "pt_PT", "nl_BE", "es_MX", "de_CH", "sk_SK", "lv_LV", "id_ID", "vi_VN", "en_NG", "fr_DZ",
    "ga_IE", "zu_ZA", "uz_UZ", "en_KE", "en_PK",
)  # fmt: skip
ENGLISH = LATIN[:5]
DAYS = (date(1930, 1, 1).toordinal(), date(2025, 12, 31).toordinal())


class Value(NamedTuple):
    """Something to put into a sentence, and what it is; no label: none of our kinds."""

    text: str
    label: str = ""


class Values:
    """A seeded source of values that are no places; one for each slot of a template."""

    def __init__(self, seed: int) -> None:
        """Start the source; equal seeds give equal values."""
        from faker import Faker

        self.random = random.Random(seed)
        self.fakers = {locale: Faker(locale) for locale in LATIN}
        for place, faker in enumerate(self.fakers.values()):
            faker.seed_instance(seed * 1000 + place)
        self.japan = Faker("ja_JP")
        self.japan.seed_instance(seed)
        self.slots: dict[str, Callable[[], Value]] = {
            "C": lambda: Value(self.town()), "K": lambda: Value(self.country()),
            "O": lambda: Value(self.faker(0.8).company()), "D": self.day,
            "J": lambda: Value(self.fakers["en_US"].job()),
            "W": lambda: Value(self.fakers["en_US"].url()), "V": self.code_of_goods,
            "N": self.number, "T": self.phone, "E": self.email, "Q": self.quantity,
            "G": lambda: Value(self.random.choice(GOODS)),
            "M": lambda: Value(self.random.choice(TEAMS)),
            "R": lambda: Value(self.random.choice(DISHES)),
            "S": lambda: Value(self.random.choice(TOPICS)),
        }  # fmt: skip

    def faker(self, english: float = 0.5) -> "Faker":
        """A Faker, of an English-speaking country with probability `english`."""
        return self.fakers[self.random.choice(ENGLISH if self.chance(english) else LATIN)]

    def chance(self, share: float) -> bool:
        """True in this share of calls."""
        return self.random.random() < share

    def digits(self, low: int, high: int) -> str:
        """That many digits, a number between `low` and `high`."""
        return "".join(self.random.choices("0123456789", k=self.random.randint(low, high)))

    def town(self) -> str:
        """Name of a town."""
        faker = self.faker()
        while faker is self.fakers["it_IT"]:  # its towns come in another order in every process
            faker = self.faker()
        return faker.city()

    def country(self) -> str:
        """Name of a country."""
        return self.fakers["en_US"].country()

    def code_of_goods(self) -> Value:
        """A number or code of a thing, an account or a machine."""
        faker = self.fakers["en_US"]
        if self.chance(0.4):
            return Value(
                str(
                    self.random.choice(
                        [
                            faker.iban,
                            faker.credit_card_number,
                            faker.ipv4,
                            faker.ssn,
                            faker.mac_address,
                        ]
                    )()
                )
            )
        form = self.random.choice(["%%", "@%%%", "@@-%%%%", "%%%%%%", "@%@%%", "%%-%@", "%.%%"])
        made = [self.digits(1, 1) if c == "%" else c for c in form]
        return Value("".join(self.random.choice("ABCDKXZabcdef") if c == "@" else c for c in made))

    def day(self) -> Value:
        """A date in one of the usual forms."""
        form = self.random.choice(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%m/%d/%y", "%A", "%b %Y"])
        day = date.fromordinal(self.random.randint(*DAYS))  # Faker's dates end with the clock
        return Value(day.strftime(form))

    def number(self) -> Value:
        """A number, a price or a share."""
        number = self.random.choice([self.random.randint(1, 30), self.random.randint(1, 99999)])
        form = self.random.choice(["{}", "{}", "{}", "{:,}", "${}", "{}%", "{}.5", "1{}"])
        return Value(form.format(number))

    def phone(self) -> Value:
        """A phone number; rules find those."""
        return Value(self.faker(1.0).phone_number())

    def email(self) -> Value:
        """An e-mail address; rules find those."""
        return Value(self.faker().ascii_safe_email())

    def quantity(self) -> Value:
        """A measured amount, as in recipes and data sheets."""
        return Value(
            f"{self.random.choice(['1/2', '1', '2', '3', '250', '12.5'])} "
            f"{self.random.choice(UNITS)}"
        )
