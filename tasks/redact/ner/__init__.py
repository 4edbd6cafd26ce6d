"""spaCy's networks in plain numpy: the same numbers and the same entities, several times faster."""
