"""A self-test: invented personal data planted in copies of rows, to see how much of it is found."""
