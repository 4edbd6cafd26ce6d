"""What addresses are made of in several countries: numbers, streets, flats, towns, postal codes.

Each is a piece of a regular expression with bounded repeats; `tasks.redact.address` and
`tasks.redact.blocks` put them together.
"""

BIG = "A-ZÀ-ÖØ-ÞŁŚŻŹŘŠŽČĎĐİŐ"
_REST = (
    r"[\w'’-]{0,40}(?:\.[\w'’-]{1,40}){0,2}"
    r"(?:(?<=\b\w)\.|(?<=\b\w\w)\.|(?<=\b\w\w\w)(?<!Way)(?<!Row)\."
    r"|(?<=\b\w\w\w\w)(?<!Lane)(?<!Road)(?<!Park)(?<!Hill)(?<!Walk)(?<!Gate)(?<!Mews)\.)?"
)
"""Of a word; a full stop behind a longer one or a whole word for a street ends the sentence."""
WORD = rf"[{BIG}]{_REST}"
NUMBER = r"(?<![\w.$€£-])(?:\d{1,2}\s)?\d{1,6}[A-Za-z]?(?:[-/]\d{1,4})?"
"""A house number; before it may stand that of a building."""
NAMED = rf"(?:{WORD}|\d{{1,3}}(?:st|nd|rd|th))"
_UNIT = r",?\s(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|#)\.?\s?#?\w{1,6}"
UNIT = rf"(?:{_UNIT})?"
OTHER = (
    r"(?:Don't|To|Google|Hard|Disk|Disc|Flash|Test|Tape|Supreme|High|District|Circuit|Appeals?"
    r"|Food)"
)
"""Words before them that say so."""
US_CODE = r"[A-Z]{2}\s{1,2}\d{5}(?:-\d{4})?"
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
_CANADIAN_CODE = r"[A-Z]\d[A-Z]\s?\d[A-Z]\d"
STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY])"
)
_STATE_NAME = (
    r"(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia"
    r"|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts"
    r"|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|Ohio|Oklahoma|Oregon"
    r"|Pennsylvania|Tennessee|Texas|Utah|Vermont|Virginia|Washington|Wisconsin|Wyoming"
    r"|New\s(?:Hampshire|Jersey|Mexico|York)|(?:North|South)\s(?:Carolina|Dakota)|Rhode\sIsland)"
)
_AUSTRALIAN_CODE = r"(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT),?\s{1,2}\d{4}"
_WORDS = rf"{WORD}(?: {WORD})"
TOWN = (
    rf",?\s{{1,2}}{_WORDS}{{0,3}}(?:"
    rf",?\s{{1,2}}(?:{US_CODE}|{_STATE_NAME}\s{{1,2}}\d{{5}}(?:-\d{{4}})?|{_AUSTRALIAN_CODE})"
    # before other codes may stand a larger town, and a county or province
    rf"|(?:,\s{{1,2}}{_WORDS}{{0,2}}){{0,2}},?\s{{1,2}}(?:{_UK_CODE}|{_CANADIAN_CODE}))\b"
)
_STOP = rf"(?:\.(?={_UNIT}|{TOWN}))?"
"""Behind a whole word a full stop ends the sentence, unless the address goes on."""
STREET = (
    r"(?:(?:St|Ave|Rd|Blvd|Ln|Hwy|Pkwy)\b\.?|(?:Street|Avenue|Road|Boulevard|Lane|Highway|Parkway"
    rf"|Terrace|Crescent)\b{_STOP})"
)
WEAK = (
    r"(?:(?:Dr|Ct|Pl|Sq)\b\.?"
    rf"|(?:Drive|Court|Place|Square|Way|Close|Circle|Trail)\b{_STOP})"
)
"""Streets that are also other things, such as drives of a computer and courts of law."""
PARTICLE = (
    r"(?:de|del|della|dell|dalla|degli|delle|dei|di|do|da|dos|das|du|des|van|von|der|den|la|le|les"
    r"|el|los|las|vei|allé|ul\.|u\.|utca|út|tér|ulica|tee|plads|rue|via|calle|nad|pod|rakpart)"
)
TOKEN = (
    rf"(?:(?![a-zß-öø-ÿ])[^\W\d_]{_REST}"
    rf"|\d{{1,4}}(?:st|nd|rd|th)?(?!\w)|{PARTICLE}(?!\w))"
)
"""A word or number in the name of a street: with a capital, or one of the small words above."""
ROMANCE = (
    r"(?:Rua|Calle|Avenida|Viale|Piazza|ul\.|Via(?!\s(?:Port|Route|Interstate|Bus|Flight|E-?mail"
    r"|Line|Train|Highway|Channel|API)\b))"
    r"\s(?:(?:de|del|della|dell|dalla|degli|delle|dei|di|da|do|dos|das|la|los|las)\s){0,2}"
)
GERMANIC = (
    rf"[{BIG}][\w-]{{0,40}}(?:straße|strasse|str\.|gasse|allee|weg|platz|plads|laan|straat|gracht|gatan|vej"
    r"|vegen|veien|bakken|katu|ntie|stræti|vegur|gata|tänava|utca|-Platz|-Straße|-Allee)"
)
"""Streets of one word, as from Germany, the Netherlands and the North."""
PARTED = (
    rf"(?:{WORD}\s){{1,3}}(?:Strasse|Straße|Str\.|Gasse|Allee|Platz|Plads|utca|u\.|út|tér|rakpart"
    r"|ulica|enparantza)"
)
"""Streets whose last word says so there, in Hungary and in Slovenia."""
IN_GERMANIC = ("stra", "str.", "gasse", "allee", "weg", "platz", "plads", "laan", "gracht",
               "gatan", "vej", "vegen", "veien", "bakken", "katu", "ntie", "stræti", "vegur",
               "gata", "tänava", "utca")  # fmt: skip
IN_PARTED = (" strasse", " straße", " str.", " gasse", " allee", " platz", " plads", " utca",
             " u. ", " út ", " tér ", " rakpart", " ulica", " enparantza")  # fmt: skip
IN_ROMANCE = ("ul. ", "rua ", "calle ", "avenida ", "viale ", "piazza ", "via ")
"""In small letters; without any of them no such street stands in a text."""
