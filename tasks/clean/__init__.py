"""Mend text without dropping anything: encodings first, then what is left of markup."""
