"""Invented persons, places and hosts. Any likeness is chance: names are joined at random."""

FIRST = (
    "Aaliyah", "Agnieszka", "Aiko", "Andrew", "Anjali", "Beatriz", "Bogdan", "Callum", "Carmen",
    "Chinedu", "Daniel", "Deepak", "Dmitri", "Elena", "Emeka", "Farah", "Fiona", "Gareth",
    "Giulia", "Hannah", "Hassan", "Ingrid", "Ivana", "Jamal", "Jessica", "Joanna", "Kwame",
    "Laura", "Leila", "Lucas", "Marisol", "Mateusz", "Megan", "Mei", "Nadia", "Nathan", "Oksana",
    "Patricia", "Priya", "Rajesh", "Rebecca", "Ricardo", "Samantha", "Sanjay", "Seán", "Thandiwe",
    "Thomas", "Valentina", "Wei", "Yusuf", "Zoë",
)  # fmt: skip
LAST = (
    "Abernathy", "Adeyemi", "Almeida", "Bergström", "Bianchi", "Chaudhary", "Delacroix", "Dlamini",
    "Eriksen", "Fairclough", "Ferreira", "Gallagher", "Gutiérrez", "Haddad", "Hargreaves",
    "Holloway", "Ibrahim", "Ivanova", "Jankowski", "Kapoor", "Kaufmann", "Kovács", "Lindqvist",
    "MacGregor", "Mbeki", "Moreau", "Nakamura", "Novak", "O'Sullivan", "Okafor", "Oyelaran",
    "Papadakis", "Pettigrew", "Quintero", "Ramaswamy", "Rossi", "Saunders", "Schneider", "Sharma",
    "Stanhope", "Takahashi", "Thornton", "Ueda", "Vargas", "Whitaker", "Yilmaz", "Zhang",
)  # fmt: skip
HOSTS = (
    "lumetra.net", "brightfjord.com", "mailnest.org", "corvanta.io", "oakwell-press.co.uk",
    "pilgrim-labs.de", "novaquay.fr", "tern.email",
)  # fmt: skip
BANK = ("LUMT", "BRGT", "CRVN", "NVQY")
STREETS = (
    "Alder", "Bramble Hill", "Chestnut", "Dovecote", "Fairmont", "Garrison", "Hawthorne",
    "Juniper", "Larkspur", "Millbrook", "Old Quarry", "Pembroke", "Ridgeway", "Sycamore",
    "Tamarack", "West Elm",
)  # fmt: skip
WAYS = ("Street", "Road", "Avenue", "Lane", "St", "Ave", "Blvd", "Drive", "Court")
TOWNS = (
    "Fallbrook, OR 97051", "Harrow Glen, TX 75068", "Northmoor, MA 01247", "Stillwater, MN 55082",
)  # fmt: skip
WORDS = (
    "badger", "cobalt", "drizzle", "ember", "falcon", "glacier", "harbor", "indigo", "kestrel",
    "lantern", "marble", "nimbus", "otter", "pebble", "quartz", "raven",
)  # fmt: skip
