"""From raw files of any common format and layout to rows; what cannot be a row is quarantined."""
