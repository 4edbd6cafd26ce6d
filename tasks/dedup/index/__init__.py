"""What earlier releases held, as signatures: rows of tonight meet them without their text."""
