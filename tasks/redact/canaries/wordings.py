"""How personal data is said: sentences, fields of records, and lines of code around a value.

Each kind has several wordings that say in words what the value is, as people, agents of a help
desk, clinicians and tools write. `{v}` is the value. They were written before anybody looked at
which of them the redaction finds, and are not to be mended so that it finds more.
"""

SENTENCES: dict[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": (
        "You can write to me at {v} if anything is unclear.", "My email is {v}.",
        "Please send the results to {v} by Friday.", "(contact: {v})",
        "Reply-To: {v}", "I signed up with {v}, but no mail ever came.",
    ),
    "PHONE_NUMBER": (
        "My phone number is {v}.", "Please call me back on {v} after six.", "Tel: {v}",
        "You can reach him at {v} most evenings.", "Her mobile is {v}, but she rarely answers.",
        "I have called twice from {v} and nobody picked up.",
    ),
    "CREDIT_CARD": (
        "I paid with my card, number {v}.", "Card: {v}, valid until 09/27.",
        "The charge was made to {v}.", "Please use {v} for the deposit.",
    ),
    "IBAN_CODE": (
        "Please refund the money to {v}.", "IBAN: {v}", "My bank details are {v}.",
        "The transfer to {v} never arrived.",
    ),
    "US_SSN": (
        "My social security number is {v}.", "SSN: {v}", "SSN {v}, married, two children.",
        "The form asks for a taxpayer number, and mine is {v}.",
    ),
    "IP_ADDRESS": (
        "The login came from {v} at night.", "My IP is {v}.", "Client {v} was blocked.",
        "I cannot reach the server from {v} any more.",
    ),
    "MAC_ADDRESS": (
        "The router shows my laptop as {v}.", "MAC address: {v}",
        "Only the device {v} loses the connection.", "Please unblock {v} on the guest network.",
    ),
    "STREET_ADDRESS": (
        "I live at {v}.", "Please ship it to {v}.", "My address is {v}.",
        "The technician should come to {v} between nine and noon.", "Deliver to: {v}",
        "We moved from {v} last spring.",
    ),
    "DATE_OF_BIRTH": (
        "My date of birth is {v}.", "DOB: {v}", "I was born on {v}.",
        "Patient born {v}, seen today.", "Her birthday is {v}.",
    ),
    "AGE": (
        "I am {v} years old and live on my own.", "The patient is a {v}-year-old woman.",
        "Patient age: {v}", "My grandmother turned {v} in May.", "Pt is a {v} y/o M.",
    ),
    "MEDICAL_RECORD": (
        "MRN: {v}", "The patient's medical record number is {v}.", "Patient ID {v} was discharged.",
        "See chart number {v} for the earlier scans.",
    ),
    "ACCOUNT_NUMBER": (
        "My account number is {v}.", "Account no. {v} was charged twice.", "Acct: {v}",
        "Please close the savings account {v}.",
    ),
    "PASSPORT": (
        "My passport number is {v}.", "Passport: {v}", "He travels on passport {v}.",
        "The visa was issued for passport no. {v}.",
    ),
    "DRIVER_LICENSE": (
        "My driver's license is {v}.", "Driver license number: {v}", "Driving licence no. {v}",
        "DL {v}, issued in 2019.",
    ),
    "ID_NUMBER": (
        "My national insurance number is {v}.", "Member ID: {v}", "The policy number is {v}.",
        "Employee number {v} asked for leave.", "Tax ID {v}",
    ),
    "USERNAME": (
        "My username is {v}.", "Login: {v}", "My Instagram handle is {v}.",
        "I am logged in as {v} and see nothing.", "Follow me on Twitter: {v}",
    ),
    "SECRET": (
        "My password is {v}", "The API key is {v}, please keep it safe.",
        "password: {v}", "Use the token {v} to log in.", "Authorization: Bearer {v}",
        "https://files.lumetra.net/report?access_token={v}",
        "The database is at postgres://app:{v}@db.lumetra.net/orders",
    ),
    "PERSON": (
        "My name is {v}.", "Kind regards,\n{v}", "Dear {v},\nthank you for your patience.",
        "Patient: {v}, seen for a follow-up.", "My wife {v} will collect the parcel.",
        "The account holder is {v}.", "Please ask for {v} at the front desk.",
        "I'm {v} and I have a question about this.", "Customer name: {v}",
        "Emergency contact: {v}", "{v} can be reached under +1 415 329 8841.",
    ),
}  # fmt: skip
"""Kind -> sentences for a turn."""

FIELDS: dict[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": ("email", "contactEmail"), "PHONE_NUMBER": ("phone", "phone_number"),
    "CREDIT_CARD": ("card_number",), "IBAN_CODE": ("iban",), "US_SSN": ("ssn",),
    "IP_ADDRESS": ("ip_address", "client_ip"), "MAC_ADDRESS": ("mac",),
    "STREET_ADDRESS": ("address", "shipping_address"), "DATE_OF_BIRTH": ("date_of_birth", "dob"),
    "AGE": ("age", "patientAge"),
    "MEDICAL_RECORD": ("mrn", "patientId"), "ACCOUNT_NUMBER": ("account_number",),
    "PASSPORT": ("passport_number",), "DRIVER_LICENSE": ("drivers_license",),
    "ID_NUMBER": ("member_id", "national_id"), "USERNAME": ("username",),
    "SECRET": ("password", "api_key"), "PERSON": ("customer_name", "full_name"),
}  # fmt: skip
"""Kind -> keys under which a tool or a record holds it."""

CODE: dict[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": ('```python\nimport smtplib\nsender = "{v}"\nmail(sender)\n```',),
    "SECRET": (
        '```python\nimport client\napi_key = "{v}"\nclient.connect(api_key)\n```',
        "```\n-----BEGIN PRIVATE KEY-----\n{v}\n-----END PRIVATE KEY-----\n```",
        "```bash\nexport API_TOKEN={v}\ncurl https://api.lumetra.net/orders\n```",
    ),
}
"""Kind -> code; the policy takes no other kind there."""
